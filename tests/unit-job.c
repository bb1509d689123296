/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "io.h"
#include "job.h"
#include "num.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char home[] = "/tmp/pab-unit-job-XXXXXX";
static struct err e;

static void fill(struct jobrec *r)
{
	*r = (struct jobrec){.cwd = strdup("/a\n=b"), .split = true, .timeout = NUM_NONE};
	vec_add(&r->argv, "sh");
	vec_add(&r->argv, "");
	vec_add(&r->argv, "\xff=\n");
	job_is_mine(r);
	r->end.limit = LIMIT_CPU;
	r->end.wall_us = 1234567;
}

static void check_record(void)
{
	struct jobrec r, got;
	struct buf b = BUF_INIT;
	fill(&r);
	jobrec_write(&r, &b);
	CHECK(jobrec_parse(b.p, b.len, &got) == 0);
	CHECK(got.argv.n == 3 && !strcmp(got.argv.v[2], "\xff=\n") && !*got.argv.v[1]);
	CHECK(!strcmp(got.cwd, r.cwd) && got.split && got.timeout == NUM_NONE);
	CHECK(got.pid == getpid() && got.start == r.start && r.start > 0);
	CHECK(!strcmp(got.boot, r.boot) && strlen(r.boot) == 36);
	CHECK(got.end.limit == LIMIT_CPU && got.end.wall_us == 1234567 && !got.over);
	jobrec_release(&got);
	/* Cut anywhere it is no record, or a shorter one. */
	for (size_t n = 0; n < b.len; n++)
		if (jobrec_parse(b.p, n, &got) == 0) {
			CHECK(b.p[n - 1] == '\0' && got.argv.n > 0 && got.argv.n < 3);
			jobrec_release(&got);
		}
	static const char bad[][40] = {"pid=0\0arg=x\0cwd=/", "pid=x\0arg=x\0cwd=/",
		"pid=1\0cwd=/", "pid=1\0arg=x", "pid=1\0arg=x\0cwd=/\0limit=99", "pid"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(jobrec_parse(bad[i], sizeof(bad[i]), &got) < 0);
	jobrec_release(&r);
	buf_release(&b);
}

static void check_names(void)
{
	char id[JOB_ID_MAX];
	const char *output;
	CHECK(job_name("k3", id, &output, &e) == 0 && !strcmp(id, "k3"));
	CHECK(!strcmp(output, "out"));
	CHECK(job_name("@job:k3.err", id, &output, &e) == 0 && !strcmp(output, "err"));
	CHECK(job_name("k3.log", id, &output, &e) < 0 && e.code == ERR_USAGE);
	CHECK(job_name("k1234567890123456789", id, &output, &e) < 0);
	static const char *const bad[] = {"", "k", "k0", "k01", "3", "k3x", "K3", "..",
		"k-1", "k+1", "k3/", "next"};
	struct job j;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(job_open(home, bad[i], &j, &e) < 0 && e.code == ERR_USAGE);
	CHECK(job_is("@job:") && !job_is("./@job:k1"));
}

static void check_life(void)
{
	struct job j, k;
	struct jobrec r, got;
	enum job_state state;
	CHECK(job_open(home, "k1", &j, &e) < 0 && e.code == ERR_NOT_FOUND);
	CHECK(job_make(home, &j, &e) == 0 && !strcmp(j.id, "k1"));
	CHECK(job_open(home, "k1", &k, &e) == 0);
	CHECK(job_read(&k, &got, &state, &e) < 0 && e.code == ERR_BUSY);
	fill(&r);
	CHECK(job_write(&j, &r) == 0);
	CHECK(job_read(&k, &got, &state, &e) == 0 && state == JOB_RUNS);
	jobrec_release(&got);
	job_release(&j);
	CHECK(job_read(&k, &got, &state, &e) == 0 && state == JOB_LOST);
	jobrec_release(&got);
	r.over = true;
	CHECK(job_write(&k, &r) == 0);
	CHECK(job_read(&k, &got, &state, &e) == 0 && state == JOB_OVER);
	jobrec_release(&got);
	CHECK(job_remove(&k) == 0);
	job_release(&k);
	CHECK(job_open(home, "k1", &j, &e) < 0 && !strncmp(e.msg, "expired", 7));
	CHECK(job_make(home, &j, &e) == 0 && !strcmp(j.id, "k2"));
	CHECK(job_remove(&j) == 0);
	job_release(&j);
	jobrec_release(&r);
}

static void check_signal(void)
{
	struct jobrec r = {.pid = fork()};
	if (!r.pid)
		for (;;)
			pause();
	struct jobrec mine = {0};
	job_is_mine(&mine);
	memcpy(r.boot, mine.boot, sizeof(r.boot));
	r.start = 1; /* not its own */
	CHECK(job_signal(&r, SIGKILL) < 0 && errno == ESRCH);
	CHECK(kill(r.pid, 0) == 0);
	job_is_mine(&mine);
	CHECK(job_signal(&mine, 0) == 0);
	mine.boot[0] = 'x';
	CHECK(job_signal(&mine, 0) < 0 && errno == ESRCH);
	kill(r.pid, SIGKILL);
	CHECK(waitpid(r.pid, NULL, 0) == r.pid);
}

/* The rest of it, which takes a quarter of a GiB, is in pab-job.bats. */
static void check_gap(void)
{
	char path[100];
	int64_t from, to;
	snprintf(path, sizeof(path), "%s/big", home);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && !job_gap(fd, &from, &to));
	CHECK(job_trim(fd, 0) >= JOB_OUTPUT && job_trim(fd, JOB_OUTPUT) > 0);
	close(fd);
	CHECK(unlink(path) == 0);
}

int main(void)
{
	if (!mkdtemp(home))
		return 1;
	check_record();
	check_names();
	check_life();
	check_signal();
	check_gap();
	char command[64];
	snprintf(command, sizeof(command), "rm -rf %s", home);
	CHECK(system(command) == 0);
	return unit_end();
}
