/* SPDX-License-Identifier: MIT */
/* A question of the rules on its way to the client. The tool that has it runs this
 * program as the one that answers (PAB_ASK); it passes the question on by a socket of the
 * call's, and the client is asked by elicitation. The same question twice in one call is
 * asked once. */
#include "pab_mcp.h"

#include "io.h"
#include "jin.h"
#include "jout.h"
#include "mem.h"
#include "num.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

enum { QUESTION_MOST = 64 << 10, SHOWN = 1000 };

static const char variable[] = "PAB_MCP_ASK";

void ask_prepare(int fd)
{
	char self[PATH_MAX], number[16];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n <= 0 || fcntl(fd, F_SETFD, 0) < 0)
		return;
	self[n] = '\0';
	snprintf(number, sizeof(number), "%d", fd);
	if (setenv("PAB_ASK", self, 1) != 0 || setenv(variable, number, 1) != 0)
		errno = 0; /* then it waits for an answer by other means */
}

int ask_main(int argc)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	const char *number = getenv(variable);
	char answer = ANSWER_LATER;
	int64_t fd;
	if (!number || argc != 1)
		return -1;
	if (num_int(number, 3, INT_MAX, &fd) < 0 ||
		io_slurp(STDIN_FILENO, &b, QUESTION_MOST) < 0 ||
		send((int)fd, b.p, b.len, MSG_NOSIGNAL) < 0 ||
		recv((int)fd, &answer, 1, 0) != 1)
		return 2;
	return answer == ANSWER_YES ? 0 : answer == ANSWER_NO ? 1 : 2;
}

static void tell(const struct running *r, char answer)
{
	if (r->worker.ask >= 0 &&
		send(r->worker.ask, &answer, 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		errno = 0; /* nobody waits any more */
}

static const char *get(const jin_node *n, const char *key)
{
	const jin_node *v = jin_get(n, key);
	return v && jin_string(v) ? jin_string(v) : "";
}

/* The question in words. */
static void put_question(struct buf *b, const char *p, size_t n)
{
	struct err e;
	struct jin *j = jin_parse(p, n, &e);
	const jin_node *q = j ? jin_root(j) : NULL;
	if (q && jin_is_object(q)) {
		const char *what = *get(q, "path") ? get(q, "path") : get(q, "target");
		size_t shown = text_offset_of(what, strlen(what), SHOWN);
		buf_printf(b, "Allow %s: ", get(q, "operation"));
		text_escape(b, what, shown);
		if (what[shown])
			buf_printf(b, " ... (%zu bytes more)", strlen(what + shown));
		if (*get(q, "description"))
			buf_printf(b, " (%s)", get(q, "description"));
		buf_addc(b, '?');
	} else {
		buf_puts(b, "Allow what cannot be shown?");
	}
	jin_free(j);
}

static void send_question(struct mcp *m, struct running *r)
{
	struct buf words CLEANUP(buf_release) = BUF_INIT;
	struct jout j;
	put_question(&words, r->question.p, r->question.len);
	r->asking = ++m->asked;
	buf_printf(&m->out,
		"{\"jsonrpc\":\"2.0\",\"id\":\"pab-ask-%lld\",\"method\":"
		"\"elicitation/create\",\"params\":",
		(long long)r->asking);
	jout_init(&j, &m->out);
	jout_object(&j, NULL);
	jout_bytes(&j, "message", words.p, words.len);
	jout_object(&j, "requestedSchema");
	jout_str(&j, "type", "object");
	jout_object(&j, "properties");
	jout_object(&j, "allow");
	jout_str(&j, "type", "boolean");
	jout_str(&j, "title", "Allow it, this once");
	jout_bool(&j, "default", true);
	jout_end_object(&j);
	jout_end_object(&j);
	jout_end_object(&j);
	jout_end_object(&j);
	buf_trim(&m->out, m->out.len - 1);
	buf_puts(&m->out, "}\n");
}

void ask_hear(struct mcp *m, struct running *r)
{
	struct buf b CLEANUP(buf_release) = BUF_INIT;
	buf_reserve(&b, QUESTION_MOST);
	ssize_t n = recv(r->worker.ask, b.p, QUESTION_MOST, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) { /* the call is over */
		close(steal_fd(&r->worker.ask));
		return;
	}
	b.len = (size_t)n;
	b.p[n] = '\0';
	bool same = r->question.len == b.len && !memcmp(r->question.p, b.p, b.len);
	if (same && r->answer) {
		tell(r, r->answer);
		return;
	}
	buf_clear(&r->question);
	buf_add(&r->question, b.p, b.len);
	r->answer = ANSWER_NONE;
	if (m->ends)
		tell(r, ANSWER_LATER);
	else
		send_question(m, r);
}

void ask_answer_came(struct mcp *m, int64_t number, char answer)
{
	for (struct running *r = m->calls; r; r = r->next) {
		if (r->asking != number)
			continue;
		r->asking = 0;
		r->answer = answer;
		tell(r, answer);
		return;
	}
}
