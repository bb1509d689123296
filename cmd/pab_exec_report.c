/* SPDX-License-Identifier: MIT */
#include "pab_exec.h"

#include "ended.h"
#include "num.h"

#include <signal.h>
#include <sys/wait.h>

enum { TIMED_OUT = 124, SIGNALLED = 128 };

/* What was still there and had to be ended: "; stopped 3 processes" or "". */
static const char *also_stopped(char out[80], int64_t n)
{
	char count[32];
	*out = '\0';
	if (n)
		snprintf(out, 80, "; stopped %s", ended_processes(count, n));
	return out;
}

/* Nobody knows how it ended: its keeper was killed. Returns the exit status. */
static int say_unknown(struct run *r)
{
	struct err e;
	err_set(&e, ERR_IO, NULL,
		"the process that kept the command was killed; how the command ended is "
		"not known");
	out_error(&r->t->out, &e);
	return r->t->out.failed;
}

/* The bound that was reached and who held it: "; reached --mem 1,048,576 (cgroup)" or "".
 */
static void bound_met(char out[128], const struct run *r)
{
	static const enum bound bounds[] = {[LIMIT_MEM] = BOUND_MEM,
		[LIMIT_CPU] = BOUND_CPU,
		[LIMIT_PROCS] = BOUND_PROCS,
		[LIMIT_FSIZE] = BOUND_FSIZE};
	enum spawn_limit limit = r->sp.end.limit;
	char n[32];
	*out = '\0';
	if (limit < LIMIT_MEM)
		return;
	enum bound b = bounds[limit];
	snprintf(out, 128, "; reached --%s %s%s (%s)", bound_name(b),
		num_commas(n, r->bounds.v[b]), b == BOUND_CPU ? " ms" : "",
		bound_by_name(r->bounds.by[b]));
}

/* The last line: how it ended, when that was not with 0. Returns the exit status. */
static int say_end(struct run *r)
{
	const struct spawn_end *end = &r->sp.end;
	struct out *o = &r->t->out;
	char time[32], sig[32], also[80], why[128];
	bool told = o->form == OUT_JSON; /* by the record */
	bool exited = WIFEXITED(end->status);
	int code = exited ? WEXITSTATUS(end->status) : WTERMSIG(end->status);
	ended_duration(time, (end->wall_us + 500) / 1000);
	also_stopped(also, end->stopped);
	bound_met(why, r);
	if (spawn_caught() && !told)
		out_notice(o, "ended by %s after %s%s", ended_signal(sig, spawn_caught()),
			time, also);
	else if (end->limit == LIMIT_IDLE && !told)
		out_notice(o, "wrote nothing for %s%s", ended_limit(time, r->idle), also);
	else if (end->timed_out && !told)
		out_notice(
			o, "timed out after %s%s", ended_limit(time, r->timeout), also);
	else if (!exited && !told)
		out_notice(
			o, "killed by %s after %s%s", ended_signal(sig, code), time, why);
	else if (code && !told)
		out_notice(o, "exit %d after %s%s", code, time, why);
	else if (*why && !told)
		out_notice(o, "exit 0 after %s%s", time, why);
	if (spawn_caught())
		return SIGNALLED + spawn_caught();
	if (end->timed_out)
		return TIMED_OUT;
	return exited ? code : SIGNALLED + code;
}

static void say_stopped(struct run *r)
{
	const struct spawn_end *end = &r->sp.end;
	struct out *o = &r->t->out;
	char n[32];
	const char *it = end->stopped == 1 ? "it" : "them";
	if (end->left)
		out_notice(o, "some of these could not be ended: %s", end->names);
	else if (end->kept)
		out_notice(o, "left %s running (%s)", ended_processes(n, end->kept),
			end->names);
	else if (end->stopped && !end->timed_out && !end->limit && !spawn_caught())
		out_notice(o, "stopped %s still running (%s); use --bg to keep %s",
			ended_processes(n, end->stopped), end->names, it);
}

static void json_stream(
	struct jout *j, const struct view *v, const char *key, const char *ref)
{
	char id[STORE_ID_MAX + 8];
	jout_bytes(j, key, v->own.p, v->own.len);
	snprintf(id, sizeof(id), "@out:%s", v->cap.id);
	if (v->cap.whole && v->cap.stored)
		jout_str(j, ref, id);
}

static void json_sizes(struct run *r)
{
	struct jout *j = &r->t->out.json;
	int64_t bytes = 0, lines = 0, shown = 0, sequences = 0, overwritten = 0;
	for (size_t i = 0; i < r->n_out; i++) {
		const struct view *v = &r->out[i].view;
		bytes += v->cap.bytes;
		lines += v->cap.lines;
		shown += (int64_t)v->own.len;
		sequences += v->cap.fold.sequences;
		overwritten += v->cap.fold.overwritten;
	}
	jout_int(j, "bytes", bytes);
	jout_int(j, "lines", lines);
	jout_int(j, "shown_bytes", shown);
	jout_int(j, "folded_sequences", sequences);
	jout_int(j, "folded_lines", overwritten);
}

static void json_bounds(struct run *r)
{
	struct jout *j = &r->t->out.json;
	const char *limit = spawn_limit_name(r->sp.end.limit);
	if (limit)
		jout_str(j, "limit", limit);
	else
		jout_null(j, "limit");
	jout_object(j, "limits");
	for (int i = 0; i < BOUNDS; i++) {
		if (r->bounds.v[i] < 0)
			continue;
		jout_object(j, bound_name((enum bound)i));
		jout_int(j, "value", r->bounds.v[i]);
		jout_str(j, "by", bound_by_name(r->bounds.by[i]));
		jout_end_object(j);
	}
	jout_end_object(j);
}

static void json_end(struct run *r)
{
	struct jout *j = &r->t->out.json;
	const struct spawn_end *end = &r->sp.end;
	if (end->known && WIFEXITED(end->status))
		jout_int(j, "exit_code", WEXITSTATUS(end->status));
	else
		jout_null(j, "exit_code");
	if (end->known && WIFSIGNALED(end->status))
		jout_int(j, "signal", WTERMSIG(end->status));
	else
		jout_null(j, "signal");
	jout_bool(j, "timed_out", end->timed_out);
	json_bounds(r);
}

/* What held the command, and what of that which was asked did not. */
static void json_enforced(struct run *r)
{
	struct jout *j = &r->t->out.json;
	struct sandbox_holds h;
	sandbox_holds(&r->box, r->sp.end.box, &h);
	jout_object(j, "enforced");
	jout_str(j, "files", h.files);
	jout_str(j, "network", h.network);
	if (h.rules)
		jout_str(j, "rules", h.rules);
	else
		jout_null(j, "rules");
	jout_array(j, "unprotected");
	for (size_t i = 0; i < h.unprotected.n; i++)
		jout_str(j, NULL, h.unprotected.v[i]);
	jout_end_array(j);
	jout_end_object(j);
	vec_release(&h.unprotected);
}

static void json_record(struct run *r)
{
	struct jout *j = &r->t->out.json;
	const struct spawn_end *end = &r->sp.end;
	jout_record(j, "exec");
	jout_array(j, "command");
	for (size_t i = 0; i < r->argv.n; i++)
		jout_bytes(j, NULL, r->argv.v[i], strlen(r->argv.v[i]));
	jout_end_array(j);
	jout_bytes(j, "cwd", r->cwd_path, strlen(r->cwd_path));
	json_end(r);
	json_stream(j, &r->out[0].view, r->split ? "stdout" : "output",
		r->split ? "stdout_ref" : "output_ref");
	if (r->split)
		json_stream(j, &r->out[1].view, "stderr", "stderr_ref");
	jout_bool(j, "truncated", r->t->truncated);
	json_sizes(r);
	jout_int(j, "duration_ms", (end->wall_us + 500) / 1000);
	jout_int(j, "user_ms", end->user_us / 1000);
	jout_int(j, "system_ms", end->system_us / 1000);
	jout_int(j, "max_rss_bytes", end->max_rss);
	jout_str(j, "kill",
		r->boxed && end->box >= 0 && r->box.box[end->box].around == 2 ? "pidns"
		: end->by_group                                               ? "cgroup"
									      : "tree");
	jout_int(j, "stopped", end->stopped);
	jout_int(j, "left", end->kept);
	jout_bool(j, "confined", r->boxed);
	if (r->boxed)
		json_enforced(r);
	jout_end_object(j);
}

/* What was folded, and where it is as it came; a mark in the output has said the latter
 * already. */
static void say_folded(struct run *r, const struct view *v)
{
	const struct fold *f = &v->cap.fold;
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	if (f->sequences)
		buf_printf(&b, "%lld control sequence%s", (long long)f->sequences,
			f->sequences == 1 ? "" : "s");
	if (f->overwritten)
		buf_printf(&b, "%s%lld overwritten line%s", b.len ? ", " : "",
			(long long)f->overwritten, f->overwritten == 1 ? "" : "s");
	if (!b.len)
		return;
	buf_puts(&b, " not shown");
	if (!v->gap && !v->cut) {
		buf_puts(&b, "; ");
		capture_where(&v->cap, &b);
	}
	out_notice(&r->t->out, "%s", b.p);
}

/* Shows what is left of one stream, and what was cut of it. */
static void finish_stream(struct run *r, struct stream *s)
{
	struct view *v = &s->view;
	struct buf where = BUF_INIT;
	view_end(v);
	r->t->truncated |= v->gap || v->cut;
	bool told = r->t->out.form == OUT_JSON; /* by the record */
	if (v->cut && !v->gap && !told) {
		capture_where(&v->cap, &where);
		out_notice(&r->t->out, "%lld line%s cut; %s", (long long)v->cut,
			v->cut == 1 ? "" : "s", where.p);
	}
	if (!told)
		say_folded(r, v);
	buf_release(&where);
	if (!s->broken)
		s->broken = v->broken;
}

/* For a model: notices stand on lines of their own, and standard error below. */
static void finish_model(struct run *r)
{
	struct out *o = &r->t->out;
	const struct view *err = &r->out[1].view;
	if (r->out[0].view.cap.bytes && r->out[0].view.cap.last != '\n')
		buf_addc(&o->buf, '\n');
	if (!r->split || !err->cap.bytes)
		return;
	out_notice(o, "standard error:");
	buf_add(&o->buf, err->own.p, err->own.len);
	if (err->cap.last != '\n')
		buf_addc(&o->buf, '\n');
}

/* What libraries say when a name cannot be looked up, or nothing is reached. */
static bool misses_network(const struct capture *c)
{
	static const char *const words[] = {"Temporary failure in name resolution",
		"Could not resolve host", "Name or service not known",
		"Network is unreachable", "getaddrinfo", "EAI_AGAIN", "ENOTFOUND",
		"no such host", "Could not resolve proxy", "Failed to resolve",
		"Temporary failure resolving"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (memmem(c->head.p, c->head.len, words[i], strlen(words[i])) ||
			memmem(c->tail.p, c->tail.len, words[i], strlen(words[i])))
			return true;
	return false;
}

/* What is weaker here than elsewhere, and what a failed command may have missed. */
static void say_sandbox(struct run *r, int status)
{
	struct out *o = &r->t->out;
	if (sandbox_is_alone(&r->box, r->sp.end.box))
		out_notice(o,
			"held by Landlock and seccomp alone, as no namespace can be made "
			"here (%s): names that run code later, as .git/hooks, are not "
			"protected",
			r->sp.end.text);
	bool missed = false;
	for (size_t i = 0; i < r->n_out && !r->raw; i++)
		missed |= misses_network(&r->out[i].view.cap);
	if (status && missed && !r->box.net)
		out_notice(o, "this place has no network (open it with --net)");
}

int run_report(struct run *r)
{
	struct out *o = &r->t->out;
	bool lost = false;
	for (size_t i = 0; i < r->n_out; i++) {
		if (!r->raw)
			finish_stream(r, &r->out[i]);
		lost |= r->out[i].broken != 0;
	}
	o->broken = r->n_out ? r->out[0].broken : 0;
	if (o->form == OUT_MODEL && !r->raw)
		finish_model(r);
	if (o->form == OUT_JSON)
		json_record(r);
	say_stopped(r);
	bool known = r->sp.end.known || r->sp.end.timed_out;
	int status = known ? say_end(r) : say_unknown(r);
	if (r->boxed)
		say_sandbox(r, status);
	lost |= r->t->strict && r->t->truncated;
	return !status && lost ? o->failed : status;
}
