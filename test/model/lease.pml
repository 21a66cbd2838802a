/* The lease: a lane whose thread is silent is given up, and the thread comes back.
 *
 * What is proved, by looking at every reachable state:
 *   - A lane is not given up while a published sample is in it that nobody is about to announce (`sample_noticed`).
 *   - The same for a counter's cell (`counter_noticed`).
 *   - Once the thread has published and looked at the lease, its samples and its counters have somebody to take them:
 *     an aggregator that has the lane, or an announcement that is on its way (`look_is_enough`).
 *   - A thread that ends, and says so, leaves nothing behind (`nothing_left_behind`).
 *   - Neither side ever waits for the other (the never claim at the end, with -DCHECK_WAITING).
 *
 * Time is left out: silence of any length may pass between any two steps, so a lane may be given notice of, and given up,
 * at every drain that finds no sign of life. Only the order is kept: notice, then a step of the clock and at least one more
 * drain, then the end. Of the clock this model keeps whether it has moved on since the producer last looked at the lease: it
 * never comes back to an earlier value. A batch that ends while it has not moved is published without a look.
 * Room and batches are those of lane.pml; of samples this model keeps how many are pending.
 *
 * A counter's cell is stored plainly, and the word that says that the lane is retired is loaded plainly: no order holds
 * between the two. So the store waits in a buffer for as long as it likes, but not beyond the beginning
 * of the drain that ends the notice, a second (NOTICE_MS) later. That bound is an assumption of the design, and one of this model;
 * that the clock moves on within that second is another.
 */

#define PENDING_MAX 2
#define IN_FLIGHT_MAX 2   /* announcements on their way; a third adds nothing, since adopting twice is adopting once */

#define CLAIM(name, holds) assert(holds)

#define ANNOUNCED 0       /* Lease */
#define ADOPTED 1
#define RETIRED 2

/* ---- shared memory ---- */
byte pending;             /* writeIndex - readIndex */
#ifdef MUTANT_ADOPTED_FROM_THE_START
byte lease = ADOPTED;
#else
byte lease = ANNOUNCED;   /* LaneWord.lease */
#endif
bool retiredWord;         /* RETIRED_WORD of the directory */
bool hasBeaten;           /* LaneWord.heartbeatMs has changed since it was last looked at */
bool cellMoved;           /* EntryWord.counterLow is ahead of the value seen */
bool ended;               /* LaneWord.ended */
bool isClockSeen;         /* ControlWord.clockMs is what the producer has in #lookedAtMs */
bool isRunning;           /* ControlWord.aggregatorState */

/* ---- messages, and the buffer of one plain store ---- */
byte inFlight = 1;        /* the first announcement, made by Recorder's constructor */
bool cellDue;             /* a counter's store that has not reached memory */

/* ---- what only the proof knows ---- */
bool isHeld;              /* LaneSet has the lane */
bool isSampleLooking;     /* a sample is published, and the lease not looked at yet */
bool isCellLooking;       /* a counter has been added to, and the retired word not looked at yet */
bool isProducerGone;
byte producerPid, aggregatorPid;

/* An announcement that comes before the aggregator listens may be lost: then the lease says so, and the next heartbeat
 * or question announces the lane again. */
#define WILL_BE_TAKEN (isHeld || inFlight > 0 || lease == ANNOUNCED)

#define OR_DIES :: goto died

proctype Producer() {
#ifdef MUTANT_LEASE_BEFORE_PUBLISH
  bool sawRetired;
#endif
#ifdef MUTANT_CLOCK_BEFORE_STORE
  bool sawClockMoved;
#endif
  producerPid = _pid;

idle:
  atomic {
    isSampleLooking = false; isCellLooking = false;
    CLAIM(look_is_enough, pending == 0 || WILL_BE_TAKEN);
    CLAIM(look_is_enough, !cellMoved || WILL_BE_TAKEN)
  };
  if
  /* LaneWriter.#endBatch: the store of the index comes first */
#ifdef MUTANT_CLOCK_BEFORE_STORE
  :: atomic { pending < PENDING_MAX -> sawClockMoved = !isClockSeen; goto storeLate }
#else
  :: atomic { pending < PENDING_MAX -> pending++; isSampleLooking = true; goto loadClock }
#endif
  /* LaneWriter.#publish, of new samples or, by the heartbeat or at a full lane, of none: always looks */
#ifdef MUTANT_LEASE_BEFORE_PUBLISH
  :: atomic { isClockSeen = true; goto lookEarly }
#else
  :: atomic { pending < PENDING_MAX -> pending++; isSampleLooking = true; goto lookAtLease }
  :: atomic { isSampleLooking = true; goto lookAtLease }
#endif
  /* Recorder.#beat */
  :: atomic { isSampleLooking = true; goto beat }
  /* Counter.add: a plain store, and a plain load */
  :: atomic { !cellDue -> cellDue = true; isCellLooking = true; goto lookAtWord }
  /* Recorder.#end */
  :: atomic { isSampleLooking = true; goto ends }
  OR_DIES
  fi;

  /* LaneWriter.#endBatch: as long as the clock stands where it stood at the last look, nothing has changed */
loadClock:
  if
#ifdef MUTANT_BURST_NEVER_LOOKS
  :: goto idle
#else
  :: atomic { isClockSeen -> goto idle }
  :: atomic { !isClockSeen -> goto lookAtLease }
#endif
  OR_DIES
  fi;
#ifdef MUTANT_CLOCK_BEFORE_STORE
storeLate:
  atomic {
    pending++;
    if
    :: sawClockMoved -> sawClockMoved = false; isSampleLooking = true; goto lookAtLease
    :: else -> goto idle
    fi
  };
#endif

  /* LaneWriter.#lookAtLease: the clock first, the lease after it */
lookAtLease:
  if
#ifdef MUTANT_LEASE_BEFORE_CLOCK
  :: atomic { lease == RETIRED -> isClockSeen = true; goto announce }
  :: atomic { lease != RETIRED -> goto clockLate }
#else
  :: atomic { isClockSeen = true; goto loadLease }
#endif
  OR_DIES
  fi;
#ifdef MUTANT_LEASE_BEFORE_CLOCK
clockLate:
  atomic { isClockSeen = true; goto idle };
#else
loadLease:
  if
  :: atomic { lease == RETIRED -> goto announce }
  :: atomic { lease != RETIRED -> goto idle }
  OR_DIES
  fi;
#endif

#ifdef MUTANT_LEASE_BEFORE_PUBLISH
lookEarly:
  atomic { sawRetired = (lease == RETIRED) };
  atomic {
    if
    :: pending < PENDING_MAX -> pending++
    :: else
    fi;
    if
    :: sawRetired -> sawRetired = false; isSampleLooking = true; goto announce
    :: else -> goto idle
    fi
  };
#endif

announce:
  /* #announceLane */
  if
  :: atomic { retiredWord = false; goto storeAnnounced }
  OR_DIES
  fi;
storeAnnounced:
  if
  :: atomic { lease = ANNOUNCED; goto post }
  OR_DIES
  fi;
post:
  if
  :: atomic { inFlight = (inFlight < IN_FLIGHT_MAX -> inFlight + 1 : inFlight); goto idle }
  OR_DIES
  fi;

beat:
  if
  :: atomic { isClockSeen = true; goto beatLoadLease }
  OR_DIES
  fi;
beatLoadLease:
  if
  :: atomic { lease == RETIRED -> goto announce }
  :: atomic { lease != RETIRED -> goto announceUnheard }
  OR_DIES
  fi;
announceUnheard:
  if
  :: atomic { lease == ANNOUNCED && isRunning -> hasBeaten = true; goto announce }
  :: atomic { lease != ANNOUNCED || !isRunning -> hasBeaten = true; goto idle }
  OR_DIES
  fi;

lookAtWord:
  if
#ifdef MUTANT_COUNTER_IGNORES_NOTICE
  :: atomic { isCellLooking = false; goto idle }
#endif
  :: atomic { retiredWord -> isSampleLooking = true; goto lookAtLease }
  :: atomic { !retiredWord -> isCellLooking = false; goto idle }
  OR_DIES
  fi;

ends:
  if
  :: atomic { lease == RETIRED -> goto endAnnounce }
  :: atomic { lease != RETIRED -> goto storeEnded }
  OR_DIES
  fi;
endAnnounce:
  atomic { retiredWord = false };
  atomic { lease = ANNOUNCED };
  atomic { inFlight = (inFlight < IN_FLIGHT_MAX -> inFlight + 1 : inFlight) };
storeEnded:
  if
  :: atomic { ended = true; isSampleLooking = false; isProducerGone = true; goto gone }
  OR_DIES
  fi;

died:
  /* What a thread has published and not looked at when it dies, nobody need notice: at most its last batch. It still
   * counts as looking, for ever. */
  isProducerGone = true;
gone:
  skip
}

proctype StoreBuffer() {
end:
  do
  :: atomic { cellDue -> cellMoved = true; cellDue = false }
  od
}

/* Announcements that nobody heard: before the aggregator listens, and if the creating thread does not pass them on. */
proctype Channel() {
end:
  do
  :: atomic { !isRunning && inFlight > 0 -> inFlight-- }
  od
}

proctype Aggregator() {
  byte takenCount;
  bool isFinished, isNoticeGiven, isAlive, isCellVisible;
  bool hasClockMoved;     /* since the notice */
  aggregatorPid = _pid;

  isRunning = true;

turn:
  atomic { isAlive = false; isFinished = false; isCellVisible = false };
  if
  /* LaneSet.adopt and LaneReader.renew */
  :: atomic { inFlight > 0 -> inFlight--; isHeld = true; isNoticeGiven = false; hasClockMoved = false; retiredWord = false; goto renewed }
  /* Aggregator.#tick: the clock moves on, and a drain comes after that. There are drains without a tick, too. */
  :: atomic { isClockSeen = false; hasClockMoved = isNoticeGiven; goto turn }
  /* LaneSet.drain: whether it has ended is asked before draining */
  :: atomic { isHeld -> goto drain }
  fi;

renewed:
  atomic { lease = ADOPTED; goto turn };

drain:
#ifndef MUTANT_ENDED_LOOKED_AT_LATE_IN_LEASE
  isFinished = ended;
#endif
  isCellVisible = !cellDue;

loadWriteIndex:
  atomic { takenCount = pending; isAlive = (takenCount > 0) };
  /* The samples are taken; the read index is stored. */
  atomic { pending = pending - takenCount; takenCount = 0 };
  /* #takeCounters */
  atomic { isAlive = isAlive || cellMoved; cellMoved = false };
  /* silentMs */
  atomic { isAlive = isAlive || hasBeaten; hasBeaten = false };
#ifdef MUTANT_ENDED_LOOKED_AT_LATE_IN_LEASE
  isFinished = ended;
#endif
  /* LaneSet.#renewOrRetire */
  if
  :: isFinished -> goto release
  :: !isFinished && isAlive && isNoticeGiven -> goto renew
  :: !isFinished && isAlive && !isNoticeGiven -> goto turn
  :: !isFinished && !isAlive -> goto turn                        /* silent, but not for long enough */
  :: !isFinished && !isAlive && !isNoticeGiven -> goto retire
#ifdef MUTANT_CLOCK_STANDS_STILL
  :: atomic { !isFinished && !isAlive && isNoticeGiven && isCellVisible -> goto release }
#else
  :: atomic { !isFinished && !isAlive && isNoticeGiven && hasClockMoved && isCellVisible -> goto release }
#endif
  fi;

renew:
  atomic { isNoticeGiven = false; hasClockMoved = false; retiredWord = false; goto renewed };

retire:
  atomic { isNoticeGiven = true; lease = RETIRED };
#ifdef MUTANT_NO_DRAIN_AFTER_NOTICE
  /* The clock does move on, so that nothing but the drain is missing. */
  atomic { retiredWord = true; isClockSeen = false; goto release };
#endif
#ifdef MUTANT_NOTICE_NOT_TOLD
  goto turn;
#else
  atomic { retiredWord = true; goto turn };
#endif

release:
  atomic {
    isHeld = false; isNoticeGiven = false; hasClockMoved = false;
    CLAIM(sample_noticed, isFinished || pending == 0 || isSampleLooking || WILL_BE_TAKEN);
    CLAIM(counter_noticed, isFinished || !cellMoved || isCellLooking || WILL_BE_TAKEN);
    CLAIM(nothing_left_behind, !isFinished || pending == 0);
    goto turn
  }
}

init {
  /* #lookedAtMs begins at -1, and the clock may well be there. */
  if
  :: isClockSeen = true
  :: isClockSeen = false
  fi;
  atomic { run Producer(); run StoreBuffer(); run Channel(); run Aggregator() }
}

#ifdef CHECK_WAITING
/* In every state both sides can take their next step, whatever the other has done or failed to do. */
never {
  do
  :: !isProducerGone && producerPid > 0 && !enabled(producerPid) -> break
  :: aggregatorPid > 0 && !enabled(aggregatorPid) -> break
  :: else
  od
}
#endif
