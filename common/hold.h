/* SPDX-License-Identifier: MIT */
/* Signals that would end the program wait while something must not be left half done.
 * Holds nest. Not for programs with several threads. May include: pab. */
#ifndef HOLD_H
#define HOLD_H

/* Lets SIGHUP, SIGINT and SIGTERM wait. */
void hold_signals(void);

/* Ends one hold; after the last, the signals that waited are delivered. */
void hold_release(void);

/* Sleeps for so many microseconds; signals are delivered while it does, held or not. */
void hold_nap(long us);

#endif
