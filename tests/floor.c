/* SPDX-License-Identifier: MIT */
/* The least that searching a tree can cost: every file below a directory is opened, read
 * to its end through one buffer, and closed, by two threads that take directories from
 * one stack. With -l the least that listing one can cost: no file is opened.
 * usage: floor [-l] DIR [THREADS]. Prints how many bytes were read, or files seen. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, LISTING = 32768, MOST = 1 << 20, THREADS = 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static int stack[MOST];
static size_t n, busy;
static unsigned long long total;
static int only_lists;

static void push(int fd)
{
	pthread_mutex_lock(&lock);
	if (n < MOST)
		stack[n++] = fd;
	pthread_cond_signal(&more);
	pthread_mutex_unlock(&lock);
}

/* Returns a directory, or -1 when all is done. */
static int pop(void)
{
	int fd = -1;
	pthread_mutex_lock(&lock);
	busy--;
	while (!n && busy)
		pthread_cond_wait(&more, &lock);
	if (n) {
		fd = stack[--n];
		busy++;
	} else {
		pthread_cond_broadcast(&more);
	}
	pthread_mutex_unlock(&lock);
	return fd;
}

static unsigned long long read_file(int dir, const char *name, char *buffer)
{
	unsigned long long sum = 0;
	ssize_t got = BUFFER;
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	while (fd >= 0 && got == BUFFER && (got = read(fd, buffer, BUFFER)) > 0)
		sum += (unsigned long long)got;
	if (fd >= 0)
		close(fd);
	return sum;
}

static unsigned long long read_dir(int dir, char *listing, char *buffer)
{
	unsigned long long sum = 0;
	ssize_t got;
	while ((got = getdents64(dir, listing, LISTING)) > 0)
		for (ssize_t at = 0; at < got;) {
			const struct dirent64 *d = (const void *)(listing + at);
			const char *s = d->d_name;
			at += d->d_reclen;
			if (!strcmp(s, ".") || !strcmp(s, ".."))
				continue;
			if (d->d_type == DT_REG)
				sum += only_lists ? 1 : read_file(dir, s, buffer);
			else if (d->d_type == DT_DIR)
				push(openat(dir, s, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
		}
	close(dir);
	return sum;
}

static void *work(void *arg)
{
	char *listing = malloc(LISTING), *buffer = malloc(BUFFER);
	unsigned long long sum = 0;
	int dir;
	(void)arg;
	while (listing && buffer && (dir = pop()) >= 0)
		sum += read_dir(dir, listing, buffer);
	__atomic_add_fetch(&total, sum, __ATOMIC_RELAXED);
	free(listing);
	free(buffer);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t ids[THREADS];
	only_lists = argc > 1 && !strcmp(argv[1], "-l");
	argc -= only_lists;
	argv += only_lists;
	int threads = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 2;
	int fd = argc > 1 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	if (fd < 0 || threads < 1 || threads > THREADS)
		return 2;
	push(fd);
	busy = (size_t)threads;
	for (int i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, work, NULL) != 0)
			return 1;
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	printf("%llu\n", total);
	return 0;
}
