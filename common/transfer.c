/* SPDX-License-Identifier: MIT */
#include "transfer.h"

#include "caller.h"
#include "home.h"
#include "ledger.h"
#include "mem.h"
#include "num.h"
#include "pack.h"
#include "wipe.h"

#include <errno.h>
#include <search.h>

/* Where what came in a stream stands until it is copied to its place. */
struct stage {
	int home, fd;
	char name[TEMP_LEN + 1];
};

struct ends {
	struct place own[2]; /* of --from and --to */
	const struct place *from, *to;
	struct txn txn;
	const char *dst;
	bool into;  /* DST is a directory */
	bool slash; /* DST says that it is one */
	void *done; /* names that this call has put into DST: a tsearch(3) tree */
};

char *transfer_bare(const char *operand)
{
	size_t n = strlen(operand);
	while (n > 1 && operand[n - 1] == '/')
		n--;
	return xmemdup0(operand, n);
}

static int open_end(struct tool *t, const char *spec, struct place *own,
	const struct place **out, struct err *e)
{
	*out = &t->place;
	if (!spec)
		return 0;
	*out = own;
	return tool_place(t, own, spec, e);
}

static void print_record(struct jout *j, const struct copy *c, const char *action)
{
	jout_record(j, "write");
	jout_bytes(j, "path", c->dst->show, strlen(c->dst->show));
	jout_str(j, "action", action);
	jout_bytes(j, "from", c->src->show, strlen(c->src->show));
	jout_int(j, "size", c->bytes);
	jout_int(j, "files", c->files + c->links);
	jout_end_object(j);
}

static void print_done(
	struct tool *t, const struct copy *c, const struct transfer_verb *verb)
{
	struct out *o = &t->out;
	long long files = c->files + c->links;
	char n[32];
	if (o->form == OUT_JSON) {
		print_record(&o->json, c, verb->action);
	} else if (!o->quiet) {
		buf_printf(&o->buf, "%s ", verb->done);
		out_name(o, c->src->show);
		buf_puts(&o->buf, " -> ");
		out_name(o, c->dst->show);
		num_commas(n, c->bytes);
		if (S_ISDIR(c->st.st_mode))
			buf_printf(&o->buf, ": %lld file%s, %s bytes", files,
				files == 1 ? "" : "s", n);
		else if (S_ISREG(c->st.st_mode))
			buf_printf(&o->buf, ": %s bytes", n);
		buf_addc(&o->buf, '\n');
	}
	if (c->lost)
		out_notice_on(o, c->dst->show,
			"ACL or attributes could not be kept, of %lld file%s",
			(long long)c->lost, c->lost == 1 ? "" : "s");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* With -f, a source must not replace what one before it has just become. Returns 0, or -1
 * with err. */
static int check_name(
	struct ends *ends, const char *name, const struct copy *c, struct err *e)
{
	if (!tfind(name, &ends->done, by_name))
		return 0;
	return err_set(e, ERR_EXISTS, c->dst->show,
		"an operand before it has this name; nothing was done with %.200s",
		c->src->show);
}

static void take_name(struct ends *ends, const char *name)
{
	char *copy = xstrdup(name);
	char **found = tsearch(copy, &ends->done, by_name);
	if (!found || *found != copy)
		free(copy);
}

/* For a program that calls. */
static void tell_moved(struct tool *t, const struct copy *c)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	ledger_word(&b, c->src->show);
	buf_addc(&b, ' ');
	ledger_word(&b, c->dst->show);
	out_fact(&t->out, "moved", b.p, b.len);
}

static int do_one(struct tool *t, struct ends *ends, const char *operand, unsigned flags,
	const struct transfer_verb *verb, struct err *e)
{
	struct target src CLEANUP(target_release) = {0},
			  dst CLEANUP(target_release) = {0};
	char *bare CLEANUP(mem_freep) = transfer_bare(operand);
	const char *slash = strrchr(bare, '/'), *name = slash ? slash + 1 : bare;
	char *to CLEANUP(mem_freep) = ends->into ? xasprintf("%s/%s", ends->dst, name)
						 : transfer_bare(ends->dst);
	struct copy c = COPY_INIT;
	c.from = ends->from;
	c.to = ends->to;
	c.src = &src;
	c.dst = &dst;
	if (ends->into && (!*name || !strcmp(name, ".") || !strcmp(name, "..")))
		return err_set(e, ERR_USAGE, bare,
			"has no name to be given in %.200s; name a DST that is not there",
			ends->dst);
	if (place_target(ends->from, bare, &src, e) < 0 ||
		place_target(ends->to, to, &dst, e) < 0)
		return -1;
	if (ends->slash && !ends->into &&
		(place_stat(c.from, OP_READ, &src, false, &c.st, e) < 0 ||
			(!S_ISDIR(c.st.st_mode) &&
				err_set(e, ERR_NOT_FOUND, ends->dst,
					"no such directory; pab-mkdir makes it") < 0)))
		return -1;
	int r = check_name(ends, name, &c, e);
	if (r == 0)
		r = verb->one(&c, &ends->txn, flags, e);
	copy_end(&c);
	if (r < 0)
		return -1;
	take_name(ends, name);
	print_done(t, &c, verb);
	if (flags & COPY_MOVE)
		tell_moved(t, &c);
	return 0;
}

/* Is DST a directory? Several SRCs need one. Returns 0, or -1 after a printed error. */
static int look_at_dst(struct tool *t, struct ends *ends, size_t n_src)
{
	struct target dst;
	struct stat st;
	struct err e = {0};
	size_t n = strlen(ends->dst);
	ends->slash = n && ends->dst[n - 1] == '/';
	if (place_target(ends->to, ends->dst, &dst, &e) < 0)
		return tool_fail(t, &e);
	int r = place_stat(ends->to, OP_LS, &dst, true, &st, &e);
	ends->into = r == 0 && S_ISDIR(st.st_mode);
	target_release(&dst);
	if (r < 0 && e.code != ERR_NOT_FOUND)
		return tool_fail(t, &e);
	if (n_src > 1 && !ends->into)
		return tool_usage(
			t, "with several sources the last operand is a directory");
	return 0;
}

static void run(struct tool *t, struct ends *ends, unsigned flags,
	const struct transfer_verb *verb)
{
	struct err e = {0};
	size_t n = t->operands.n;
	if (look_at_dst(t, ends, n - 1) < 0)
		return;
	for (size_t i = 0; i + 1 < n; i++) {
		e.code = ERR_NONE;
		if (do_one(t, ends, t->operands.v[i], flags, verb, &e) < 0)
			out_error(&t->out, &e);
		out_drain(&t->out);
	}
	tdestroy(ends->done, free);
}

/* Takes what comes on standard input into a directory of our own, of which the names are
 * the sources from then on. Returns 0, or -1 with err. */
static int unpack(struct tool *t, struct ends *ends, struct stage *s, struct err *e)
{
	struct vec top CLEANUP(vec_release) = {0};
	s->home = home_open(t->home, "staging", true, e);
	if (s->home < 0)
		return -1;
	s->fd = temp_mkdir(s->home, "copy", s->name);
	char *path CLEANUP(mem_freep) = s->fd < 0 ? NULL : roots_real(s->fd);
	if (!path)
		return err_sys(e, "staging", errno);
	if (pack_read(caller_stdin(), s->fd, &top, e) < 0)
		return -1;
	char *spec CLEANUP(mem_freep) = xasprintf("local:%s", path);
	ends->from = &ends->own[0];
	/* Rules were asked where the files come from. */
	if (place_open(&ends->own[0], spec, NULL, path, NULL, e) < 0)
		return -1;
	vec_add(&top, t->operands.v[0]);
	vec_release(&t->operands);
	t->operands = top;
	top = (struct vec){0};
	return 0;
}

static void stage_end(struct stage *s)
{
	if (s->fd >= 0 && wipe_at(s->home, s->name, WIPE_FORCE) < 0)
		errno = 0; /* the next one tries again */
	mem_closep(&s->fd);
	mem_closep(&s->home);
}

void transfer_run(struct tool *t, const struct transfer_options *o, unsigned flags,
	const struct transfer_verb *verb)
{
	struct ends ends = {0};
	struct err e = {0};
	unsigned sync = 0;
	struct stage stage = {.home = -1, .fd = -1};
	size_t n = t->operands.n;
	if (o->unpack ? n != 1 : n < 2) {
		tool_usage(t, "at least SRC and DST are needed");
		return;
	}
	char *dst CLEANUP(mem_freep) =
		xstrdup(*t->operands.v[n - 1] ? t->operands.v[n - 1] : ".");
	ends.dst = dst;
	if (change_sync(o->txn.fsync, &sync, &e) < 0 ||
		txn_start(&ends.txn, t, &o->txn, &e) < 0) {
		tool_fail(t, &e);
		return;
	}
	flags |= (sync ? COPY_NO_SYNC : 0) | (o->force ? COPY_REPLACE : 0);
	if ((o->unpack ? unpack(t, &ends, &stage, &e)
		       : open_end(t, o->from, &ends.own[0], &ends.from, &e)) < 0 ||
		open_end(t, o->to, &ends.own[1], &ends.to, &e) < 0)
		tool_fail(t, &e);
	else if (t->operands.n > 1)
		run(t, &ends, flags, verb);
	stage_end(&stage);
	place_release(&ends.own[0]);
	place_release(&ends.own[1]);
}
