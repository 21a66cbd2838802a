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
 * drain, then the end. A burst publishes without a look as long as the clock has not moved on since its batch began.
 * Clock, room and batches are those of lane.pml; of samples this model keeps how many are pending.
 *
 * A counter's cell is stored plainly, and the word that says that the lane is retired is loaded plainly: no order holds
 * between the two. So the store waits in a buffer for as long as it likes, but not beyond the beginning
 * of the drain that ends the notice, a second (NOTICE_MS) later. That bound is an assumption of the design, and one of this model.
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
bool isTimeSeen;          /* ControlWord.clockMs is what the producer has in #timeMs */
bool isRunning;           /* ControlWord.aggregatorState */

/* ---- messages, and the buffer of one plain store ---- */
byte inFlight = 1;        /* the first announcement, made by Recorder's constructor */
bool cellDue;             /* a counter's store that has not reached memory */

/* ---- what only the proof knows ---- */
bool isHeld;              /* LaneSet has the lane */
bool isSampleLooking;     /* a sample is published, and the lease not looked at yet */
bool isCellLooking;       /* a counter has been added to, and the retired word not looked at yet */
bool isUnlooked;          /* published without a look, and the clock moved on just before: see storeUnlooked */
bool isProducerGone;
byte producerPid, aggregatorPid;

/* An announcement that comes before the aggregator listens may be lost: then the lease says so, and the next heartbeat
 * or question announces the lane again. */
#define WILL_BE_TAKEN (isHeld || inFlight > 0 || lease == ANNOUNCED)

#define OR_DIES :: goto died

proctype Producer() {
  bool sawRetired;
  producerPid = _pid;

idle:
  atomic {
    isSampleLooking = false; isCellLooking = false;
    CLAIM(look_is_enough, pending == 0 || isUnlooked || WILL_BE_TAKEN);
    CLAIM(look_is_enough, !cellMoved || WILL_BE_TAKEN)
  };
  if
  /* LaneWriter.#publish, of a new sample or, by the heartbeat or at a full lane, of none */
#ifdef MUTANT_LEASE_BEFORE_PUBLISH
  :: atomic { sawRetired = (lease == RETIRED); goto publishLate }
#else
  :: atomic { pending < PENDING_MAX -> pending++; isTimeSeen = true; isSampleLooking = true; goto look }
  :: atomic { isSampleLooking = true; goto look }
#endif
  /* LaneWriter.#beginBatch in a burst: the clock has not moved on since an eager batch, which did look */
  :: atomic { pending < PENDING_MAX && isTimeSeen -> goto endBatch }
  /* Recorder.#beat */
  :: atomic { isSampleLooking = true; goto beat }
  /* Counter.add: a plain store, and a plain load */
  :: atomic { !cellDue -> cellDue = true; isCellLooking = true; goto lookAtWord }
  /* Recorder.#end */
  :: atomic { isSampleLooking = true; goto ends }
  OR_DIES
  fi;

  /* LaneWriter.#endBatch in a burst: looks at the lease only if the clock has moved on since the batch began */
endBatch:
  if
#ifdef MUTANT_BURST_NEVER_LOOKS
  :: goto storeUnlooked
#else
  :: atomic { isTimeSeen -> goto storeUnlooked }
  :: atomic { !isTimeSeen -> pending++; isSampleLooking = true; goto look }
#endif
  OR_DIES
  fi;
storeUnlooked:
  if
#ifdef MUTANT_BURST_NEVER_LOOKS
  :: atomic { pending++; goto idle }
#else
  /* The clock may have moved on since it was looked at, in the step before. */
  :: atomic { pending++; isUnlooked = isUnlooked || !isTimeSeen; goto idle }
#endif
  OR_DIES
  fi;

look:
  if
  :: atomic { lease == RETIRED -> isUnlooked = false; goto announce }
  :: atomic { lease != RETIRED -> isUnlooked = false; goto idle }
  OR_DIES
  fi;

#ifdef MUTANT_LEASE_BEFORE_PUBLISH
publishLate:
  atomic {
    if
    :: pending < PENDING_MAX -> pending++
    :: else
    fi;
    isUnlooked = false;
    if
    :: sawRetired -> isSampleLooking = true; goto announce
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
  :: atomic { lease == RETIRED -> isUnlooked = false; goto announce }
  :: atomic { lease != RETIRED -> isUnlooked = false; goto announceUnheard }
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
  :: atomic { retiredWord -> isSampleLooking = true; goto look }
  :: atomic { !retiredWord -> isCellLooking = false; goto idle }
  OR_DIES
  fi;

ends:
  if
  :: atomic { lease == RETIRED -> isUnlooked = false; goto endAnnounce }
  :: atomic { lease != RETIRED -> isUnlooked = false; goto storeEnded }
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
  /* LaneSet.drain: whether it has ended is asked before draining */
  :: atomic { isHeld -> goto moveClock }
  :: atomic { !isHeld && inFlight == 0 -> goto turn }
  fi;

renewed:
  atomic { lease = ADOPTED; goto turn };

moveClock:
  /* The aggregator's tick moves the clock on, and drains after that. It drains without a tick, too. */
  if
  :: atomic { isTimeSeen = false; hasClockMoved = isNoticeGiven }
  :: skip
  fi;
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
  :: atomic { !isFinished && !isAlive && isNoticeGiven && hasClockMoved && isCellVisible -> goto release }
  fi;

renew:
  atomic { isNoticeGiven = false; hasClockMoved = false; retiredWord = false; goto renewed };

retire:
  atomic { isNoticeGiven = true; lease = RETIRED };
#ifdef MUTANT_NO_DRAIN_AFTER_NOTICE
  atomic { retiredWord = true; goto release };
#endif
#ifdef MUTANT_NOTICE_NOT_TOLD
  goto turn;
#else
  atomic { retiredWord = true; goto turn };
#endif

release:
  atomic {
    isHeld = false; isNoticeGiven = false; hasClockMoved = false;
    CLAIM(sample_noticed, isFinished || pending == 0 || isSampleLooking || isUnlooked || WILL_BE_TAKEN);
    CLAIM(counter_noticed, isFinished || !cellMoved || isCellLooking || WILL_BE_TAKEN);
    CLAIM(nothing_left_behind, !isFinished || pending == 0);
    goto turn
  }
}

init {
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
