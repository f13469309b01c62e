#!/usr/bin/perl
# A worker for FloodingWorkerIT that runs a task by writing without end whatever the task's handler names: frames that
# make no sense, frames that do, output. Speaks version 1 of docs/worker-protocol.md until then. The first argument is a
# folder in which it makes a file named by the task when it begins.
use strict;
use warnings;

open(my $in,  '<&=', $ENV{WARRENER_FRAMES_IN})  or die "no frames: $!";
open(my $out, '>&=', $ENV{WARRENER_FRAMES_OUT}) or die "no frames: $!";
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
    return ($type, \%header);
}

sub frame {
    my ($type, $payload, @fields) = @_;
    my $body = pack('C n', $type, @fields / 2);
    while (my ($key, $value) = splice(@fields, 0, 2)) {
        $body .= pack('n/a N/a', $key, $value);
    }
    return pack('N/a', $body . $payload);
}

sub without_end {
    my ($to, $piece) = @_;
    $piece x= 1 + int(65536 / length $piece);
    1 while defined syswrite($to, $piece);
    exit 0;
}

my %floods = (
    spin       => sub { 1 while 1 },
    started    => sub { without_end($out, frame(17, '', task => 'nope', attempt => 1)) },
    finished   => sub { without_end($out, frame(18, '', task => 'nope', attempt => 1, outcome => 'succeeded')) },
    ready      => sub { without_end($out, frame(16, '', version => 1, handlers => '*')) },
    progress   => sub { without_end($out, frame(19, 'half', task => $_[0], attempt => 1, done => 1, total => 2)) },
    log        => sub { without_end($out, frame(20, 'a' x 100, stream => 'out', task => $_[0], attempt => 1)) },
    'log-long' => sub { without_end($out, frame(20, 'a' x 16000, stream => 'out')) },
    pong       => sub { without_end($out, frame(21, '')) },
    unknown    => sub { without_end($out, frame(99, 'what is new')) },
    huge       => sub { syswrite($out, pack('N', 256 << 20)); without_end($out, pack('C n', 18, 0)) },
    garbage    => sub { without_end($out, "\xff\xfe") },
    output     => sub { without_end(*STDOUT, 'a' x 100 . "\n") },
    'no-line'  => sub { without_end(*STDERR, 'a') },
    'no-text'  => sub { without_end(*STDERR, "\n") },
);

hear();
syswrite($out, frame(16, '', version => 1, handlers => '*'));
while (1) {
    my ($type, $header) = hear();
    if ($type == 2) {
        syswrite($out, frame(17, '', task => $header->{task}, attempt => $header->{attempt}));
        open(my $begun, '>', "$ARGV[0]/$header->{task}") or die "no file: $!";
        close $begun;
        $floods{$header->{handler}}->($header->{task});
    } elsif ($type == 4) {
        exit 0;
    } elsif ($type == 5) {
        syswrite($out, frame(21, ''));
    }
}
