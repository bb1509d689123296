/* SPDX-License-Identifier: MIT */
/* Exchanges two names again and again, as an attacker would behind a program's back.
 * usage: swapper SECONDS A B
 * It stops after SECONDS or at SIGTERM, then prints how often it exchanged them. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t over;

static void stop(int number)
{
	(void)number;
	over = 1;
}

int main(int argc, char **argv)
{
	long times = 0;
	if (argc != 4) {
		fprintf(stderr, "usage: swapper SECONDS A B\n");
		return 2;
	}
	signal(SIGTERM, stop);
	signal(SIGALRM, stop);
	alarm((unsigned)strtoul(argv[1], NULL, 10));
	for (; !over; times++) {
		if (renameat2(AT_FDCWD, argv[2], AT_FDCWD, argv[3], RENAME_EXCHANGE) <
			0) {
			fprintf(stderr, "swapper: %s\n", strerror(errno));
			return 1;
		}
		usleep(50);
	}
	printf("%ld\n", times);
	return 0;
}
