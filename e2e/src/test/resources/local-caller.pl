#!/usr/bin/perl
# Another user of the host for ChaosIT: holds idle connections to each control socket that it is given, and gives an
# order over one more. The first argument is the order, or nothing. Ends with its standard input.
use strict;
use warnings;
use IO::Socket::UNIX;

$SIG{PIPE} = 'IGNORE';
my ($order, @sockets) = @ARGV;
my @open;
for my $path (@sockets) {
    for (1 .. 4) {
        my $idle = IO::Socket::UNIX->new(Peer => $path);
        push @open, $idle if $idle;
    }
    next unless $order;
    my $caller = IO::Socket::UNIX->new(Peer => $path) or next;
    syswrite($caller, "$order\n");
    push @open, $caller;
}
print scalar(@open), "\n";
1 while sysread(STDIN, my $nothing, 100);
