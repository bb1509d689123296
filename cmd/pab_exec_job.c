/* SPDX-License-Identifier: MIT */
#include "pab_exec.h"

#include "io.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/* What the process that keeps the job says to the one that started it. */
struct word {
	bool told;    /* false: it died */
	bool known;   /* the command could not be executed, as opposed to anything else */
	int error;    /* errno of that */
	struct err e; /* what else went wrong */
};

static void fill_record(const struct run *r, struct jobrec *rec)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	*rec = (struct jobrec){
		.cwd = xstrdup(r->cwd_path),
		.split = r->split,
		.began_s = now.tv_sec,
		.began_ns = now.tv_nsec,
		.timeout = r->timeout,
		.grace = r->grace,
	};
	for (size_t i = 0; i < r->argv.n; i++)
		vec_add(&rec->argv, r->argv.v[i]);
	job_is_mine(rec);
}

/* Leaves the caller behind: its session, its descriptors, its directory. */
static int leave_caller(struct run *r, int tell, struct err *e)
{
	int null CLEANUP(mem_closep) = open("/dev/null", O_RDWR | O_CLOEXEC);
	setsid();
	if (r->cwd < 0)
		r->cwd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (null < 0 || r->cwd < 0 || chdir("/") < 0)
		return err_sys(e, NULL, errno);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return err_sys(e, NULL, errno);
	int keep[] = {0, 1, 2, tell, r->cwd, r->job->all, r->job->dir};
	io_close_but(keep, ARRAY_LEN(keep));
	return 0;
}

static void tell(int fd, const struct word *w)
{
	if (io_write(fd, w, sizeof(*w)) < 0)
		errno = 0; /* the caller is gone; the job is not */
}

/* Starts the command, and says how that went. Returns whether it runs, or ran. */
static bool start(struct run *r, struct jobrec *rec, int to)
{
	struct word w = {.told = true};
	fill_record(r, rec);
	if (leave_caller(r, to, &w.e) == 0 && job_write(r->job, rec) < 0)
		err_sys(&w.e, r->job->id, errno);
	if (!w.e.code && run_start(r, &w.e) == 0) {
		run_until_started(r);
		mem_closep(&r->cwd);
		r->cwd = -1;
		if (r->sp.end.error)
			run_pump(r);
		w.error = r->sp.end.error;
		w.known = r->sp.end.known;
	}
	bool runs = !w.e.code && !w.error;
	if (!runs)
		(void)!job_remove(r->job);
	tell(to, &w);
	close(to);
	return runs;
}

/* The process that keeps the job, from its start until its end is written down. */
NORETURN static void keep_job(struct run *r, int to)
{
	struct jobrec rec;
	if (start(r, &rec, to)) {
		run_pump(r);
		rec.end = r->sp.end;
		rec.caught = spawn_caught();
		rec.ended_s = (int64_t)time(NULL);
		rec.over = true;
		/* Without room for it, the job counts as lost. */
		(void)!job_write(r->job, &rec);
	}
	sandbox_release(&r->box);
	jobrec_release(&rec);
	_exit(0);
}

static void say_started(struct run *r)
{
	struct out *o = &r->t->out;
	if (o->form != OUT_JSON) {
		out_fact(o, "job", r->job->id, strlen(r->job->id));
		buf_printf(&o->buf, "%s\n", r->job->id);
		return;
	}
	struct jout *j = &o->json;
	jout_record(j, "job");
	jout_str(j, "id", r->job->id);
	jout_array(j, "command");
	for (size_t i = 0; i < r->argv.n; i++)
		jout_bytes(j, NULL, r->argv.v[i], strlen(r->argv.v[i]));
	jout_end_array(j);
	jout_bytes(j, "cwd", r->cwd_path, strlen(r->cwd_path));
	jout_str(j, "status", "running");
	jout_end_object(j);
}

int run_job(struct run *r, struct err *e)
{
	struct job job;
	int pair[2] = {-1, -1};
	struct word w = {0};
	if (job_make(r->t->home, &job, e) < 0)
		return -1;
	r->job = &job;
	pid_t pid = pipe2(pair, O_CLOEXEC) < 0 ? -1 : fork();
	if (pid == 0)
		keep_job(r, pair[1]);
	int number = errno;
	mem_closep(&pair[1]);
	if (pid > 0 && io_read(pair[0], &w, sizeof(w)) != sizeof(w))
		w.told = false;
	mem_closep(&pair[0]);
	if (pid < 0)
		(void)!job_remove(&job);
	r->sp.end.error = w.error;
	r->sp.end.known = w.known;
	int status = pid < 0 ? err_sys(e, NULL, number)
		     : !w.told
			     ? err_set(e, ERR_IO, NULL,
				       "the process that was to keep the job was killed")
		     : w.e.code ? (*e = w.e, -1)
				: 0;
	if (status == 0 && !w.error)
		say_started(r);
	job_release(&job);
	r->job = NULL;
	return status;
}
