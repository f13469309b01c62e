package dev.warrener.controller.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.controller.local.Places.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacesTest {
  private static final long ANA = 1000;
  private static final long BOB = 1001;
  private static final Duration LONG = Places.UNTOUCHED.plusSeconds(1);

  private record Seat(Peer peer, Duration idleFor) implements Places.Taken {}

  @Test
  void oneProcessCannotTakeThemAll() {
    var seats = seats(Places.FOR_A_PROCESS, ANA, 7, LONG);

    assertThat(Places.decide(peer(ANA, 7), seats))
        .isEqualTo(new Verdict.None<Seat>("its process has 8 connections already"));
    assertThat(Places.decide(peer(ANA, 8), seats)).isInstanceOf(Verdict.Free.class);
  }

  @Test
  void idleConnectionsOfManyProcessesLockNobodyOut() {
    var seats = new ArrayList<Seat>();
    IntStream.range(0, Places.FOR_ALL).forEach(i -> seats.add(seat(ANA, 100 + i, LONG)));
    seats.set(5, seat(ANA, 105, LONG.plusSeconds(1)));

    for (long user : List.of(ANA, BOB, 0L)) {
      var verdict = Places.decide(peer(user, 1), seats);
      if (user == 0) {
        assertThat(verdict).isInstanceOf(Verdict.Free.class);
      } else {
        assertThat(verdict).isEqualTo(new Verdict.InPlaceOf<>(seats.get(5)));
      }
    }
  }

  @Test
  void busyConnectionsKeepTheirPlacesAndRootHasMore() {
    var seats = new ArrayList<Seat>();
    IntStream.range(0, Places.FOR_ALL)
        .forEach(i -> seats.add(seat(ANA, 100 + i, Duration.ofSeconds(1))));

    assertThat(Places.decide(peer(BOB, 1), seats))
        .isEqualTo(new Verdict.None<Seat>("all 32 connections are in use"));
    for (int i = 0; i < Places.MORE_FOR_ROOT; i++) {
      assertThat(Places.decide(peer(0, 1), seats)).isInstanceOf(Verdict.Free.class);
      seats.add(seat(0, 1, LONG));
    }
    assertThat(Places.decide(peer(0, 1), seats)).isInstanceOf(Verdict.InPlaceOf.class);
  }

  @Test
  void nobodyButRootTakesAPlaceOfRootOrOfAUserWithFewer() {
    var seats = seats(4, 0, 1, LONG);
    seats.addAll(seats(1, BOB, 2, LONG));
    IntStream.range(0, Places.FOR_ALL - seats.size())
        .forEach(i -> seats.add(seat(ANA, 100 + i, Duration.ofSeconds(1))));

    assertThat(Places.decide(peer(ANA, 3), seats)).isInstanceOf(Verdict.None.class);
    // Of the same user another one is taken, and of a user with more, too.
    assertThat(Places.decide(peer(BOB, 3), seats))
        .isEqualTo(new Verdict.InPlaceOf<>(seat(BOB, 2, LONG)));
  }

  private static List<Seat> seats(int count, long uid, long pid, Duration idle) {
    var seats = new ArrayList<Seat>();
    IntStream.range(0, count).forEach(i -> seats.add(seat(uid, pid, idle)));
    return seats;
  }

  private static Seat seat(long uid, long pid, Duration idle) {
    return new Seat(peer(uid, pid), idle);
  }

  private static Peer peer(long uid, long pid) {
    return new Peer(pid, uid, "warrener", null);
  }
}
