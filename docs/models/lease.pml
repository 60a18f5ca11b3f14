/*
 * The lease protocol of Redis stores (docs/ledger.md, "A lease"; docs/adr/0022; native/IronCage.State/Redis/Scripts/6-batch.lua), for spin: build/model runs it.
 *
 * Owners take calls from their room, settle them at any cost up to what they held, and tell the server in numbered batches, of which any may be lost on its way to the server
 * or back, and is sent again. They die, and fall silent for so long that they are taken for dead and come back. The server is emptied once (-DEMPTIED), or set back once to what it
 * was at some earlier moment (-DSETBACK). Amounts are 0 to LIMIT; a call holds 1 and costs 0 or 1. One budget with a total window; no newcomer makes the namespace anew (create=off).
 *
 * Proved, at every instant: what calls cost and may still cost is within the limit. Of a server that was set back: unless some owner has no answer from after that moment;
 * then what is granted twice is at most what the server forgot, until an owner that has one comes and tells it.
 */
#ifndef LIMIT
#define LIMIT 2
#endif
#ifndef BATCHES
#define BATCHES 3       /* of each owner */
#endif
#define OWNERS 2

/* The server. */
bool exists = true, damaged = false
byte batches = 0
short spent = 0, held = 0
byte last[OWNERS]       /* number of the last batch of the owner */
byte reply[OWNERS]      /* what that was granted */
byte lease[OWNERS]
byte booked[OWNERS]     /* the lease of one that was taken for dead */

/* The owners. */
byte room[OWNERS], open[OWNERS]
byte seen[OWNERS]       /* the highest count of batches it has seen */

/* What the world knows. */
byte cost = 0           /* of all calls that were settled */
byte inFlight = 0       /* calls that are out, of dead owners too: each may cost 1 */
short forgotten = 0     /* what a server that was set back has forgotten of spent and held */
bool isSetBack = false
bool knows[OWNERS]      /* it has an answer from after the moment to which the server was set back */

#ifdef SETBACK
#define within (cost + inFlight <= LIMIT + ((isSetBack && (!knows[0] || !knows[1])) -> forgotten : 0))
#else
#define within (cost + inFlight <= LIMIT)
#endif

/* Batch `number` of owner i: tells `told` and gives back `back` of the lease, wants `want`. A batch is all or nothing. */
inline serve(i, number, told, back, want, granted, refused)
{
    refused = false; granted = 0;
    if
    :: damaged -> refused = true
    :: !damaged && (!exists || batches < seen[i]) -> damaged = true; refused = true
    :: else ->
        if
        :: last[i] == number -> granted = reply[i]          /* the answer was lost on its way */
        :: last[i] < number - 1 -> damaged = true; refused = true
        :: last[i] == number - 1 ->
            spent = spent - booked[i]; held = held + booked[i]; lease[i] = lease[i] + booked[i]; booked[i] = 0;  /* it was taken for dead */
            spent = spent + told;
            if
            :: back > lease[i] -> held = held - lease[i]; lease[i] = 0
            :: else -> held = held - back; lease[i] = lease[i] - back
            fi;
            if
            :: spent + held + want <= LIMIT -> granted = want
            :: else -> granted = 0
            fi;
            held = held + granted; lease[i] = lease[i] + granted;
            last[i] = number; reply[i] = granted; batches++;
            assert(spent + held <= LIMIT && held >= 0 && spent >= 0)
        fi
    fi
}

/* A call begins, which the room pays for. */
inline begin(i)
{
    atomic { room[i] > 0 -> room[i]--; open[i]++; inFlight++; assert(within) }
}

/* A call ends, and is told later. */
inline end(i, told, back)
{
    atomic {
        open[i] > 0 -> open[i]--; inFlight--; back++;
        if
        :: cost++; told++
        :: skip
        fi;
        assert(within)
    }
}

proctype Owner(byte i)
{
    byte number = 0, told = 0, back = 0, batchTold, batchBack, batchWant, granted;
    bool refused = false, waits = false;
    do
    :: begin(i)
    :: end(i, told, back)
    :: atomic { !waits && !refused && number < BATCHES ->
            /* What it says is fixed until it is answered. Of its room it gives back some or none. */
            number++; batchTold = told; batchBack = back; told = 0; back = 0;
            if
            :: batchWant = 0
            :: batchWant = 0; batchBack = batchBack + room[i]; room[i] = 0
            :: batchWant = 1
            fi;
            waits = true }
    :: atomic { waits ->             /* it reaches the server, and its answer the owner */
            serve(i, number, batchTold, batchBack, batchWant, granted, refused);
            waits = false;
            if
            :: refused -> room[i] = 0   /* StateError: nothing is granted any more */
            :: else -> room[i] = room[i] + granted; seen[i] = batches
            fi }
    :: atomic { waits ->             /* it reaches the server, and the answer is lost: it is sent again */
            serve(i, number, batchTold, batchBack, batchWant, granted, refused);
            granted = 0; refused = false }
    :: atomic { room[i] = 0; break }   /* dies; its calls may still cost what they hold */
    od
}

/* Owners that are silent are taken for dead, whether they are or not, once each. */
proctype Sweeper()
{
    byte i;
    for (i : 0 .. OWNERS - 1) {
        if
        :: atomic { exists && !damaged -> spent = spent + lease[i]; held = held - lease[i]; booked[i] = lease[i]; lease[i] = 0; assert(spent + held <= LIMIT) }
        :: skip
        fi
    }
}

#ifdef EMPTIED
proctype Fault()
{
    atomic {
        exists = false; batches = 0; spent = 0; held = 0;
        last[0] = 0; last[1] = 0; lease[0] = 0; lease[1] = 0; booked[0] = 0; booked[1] = 0; reply[0] = 0; reply[1] = 0
    }
}
#endif

#ifdef SETBACK
proctype Fault()
{
    byte oldBatches, oldLast[OWNERS], oldReply[OWNERS], oldLease[OWNERS], oldBooked[OWNERS];
    short oldSpent, oldHeld;
    bool oldDamaged;
    d_step {                        /* a dump */
        oldBatches = batches; oldSpent = spent; oldHeld = held; oldDamaged = damaged;
        oldLast[0] = last[0]; oldLast[1] = last[1]; oldReply[0] = reply[0]; oldReply[1] = reply[1];
        oldLease[0] = lease[0]; oldLease[1] = lease[1]; oldBooked[0] = booked[0]; oldBooked[1] = booked[1]
    }
    d_step {                        /* from which it begins again */
        if
        :: spent + held > oldSpent + oldHeld -> forgotten = spent + held - oldSpent - oldHeld
        :: else -> forgotten = 0
        fi;
        isSetBack = true; knows[0] = seen[0] > oldBatches; knows[1] = seen[1] > oldBatches;
        batches = oldBatches; spent = oldSpent; held = oldHeld; damaged = oldDamaged;
        last[0] = oldLast[0]; last[1] = oldLast[1]; reply[0] = oldReply[0]; reply[1] = oldReply[1];
        lease[0] = oldLease[0]; lease[1] = oldLease[1]; booked[0] = oldBooked[0]; booked[1] = oldBooked[1]
    }
}
#endif

init
{
    atomic {
        run Owner(0); run Owner(1); run Sweeper();
#if defined(EMPTIED) || defined(SETBACK)
        run Fault()
#endif
    }
}
