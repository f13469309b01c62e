#!/usr/bin/perl
# A worker for KillRaceIT, which kills thousands of them: it starts in 3 ms, where a JVM takes half a second. Speaks
# version 1 of docs/worker-protocol.md. A task's body is how long it runs, in seconds. What it does goes into a journal
# of its own, a named pipe, each line in one write: "start" is the handler's first act and "end" its last, and "said"
# comes when the controller has been told.
use strict;
use warnings;

open(my $in,      '<&=', $ENV{WARRENER_FRAMES_IN})  or die "no frames: $!";
open(my $out,     '>&=', $ENV{WARRENER_FRAMES_OUT}) or die "no frames: $!";
open(my $journal, '>>',  $ARGV[0])                  or die "no journal: $!";
binmode $_ for $in, $out;

sub bytes {
    my ($wanted) = @_;
    my $data = '';
    while (length $data < $wanted) {
        my $got = sysread($in, $data, $wanted - length $data, length $data);
        exit 0 unless $got;    # The controller is gone.
    }
    return $data;
}

sub hear {
    my $body = bytes(unpack('N', bytes(4)));
    my ($type, $fields) = unpack('C n', $body);
    my ($at, %header) = 3;
    for (1 .. $fields) {
        my $key = unpack('n/a', substr($body, $at));
        $at += 2 + length $key;
        my $value = unpack('N/a', substr($body, $at));
        $at += 4 + length $value;
        $header{$key} = $value;
    }
    return ($type, \%header, substr($body, $at));
}

sub say_frame {
    my ($type, @fields) = @_;
    my $body = pack('C n', $type, @fields / 2);
    while (my ($key, $value) = splice(@fields, 0, 2)) {
        $body .= pack('n/a N/a', $key, $value);
    }
    syswrite($out, pack('N/a', $body)) or exit 0;
}

sub note { syswrite($journal, join(' ', @_) . "\n") or exit 0 }

my (undef, $hello) = hear();
say_frame(16, version => 1, handlers => 'race');
while (1) {
    my ($type, $header, $payload) = hear();
    if ($type == 2) {
        my @run = ($header->{task}, $header->{attempt});
        say_frame(17, task => $run[0], attempt => $run[1]);
        note('start', @run, $hello->{worker}, $hello->{incarnation});
        select(undef, undef, undef, $payload);
        note('end', @run);
        say_frame(18, task => $run[0], attempt => $run[1], outcome => 'succeeded');
        note('said', @run);
    }
    elsif ($type == 4) { exit 0 }
    elsif ($type == 5) { say_frame(21) }
}
