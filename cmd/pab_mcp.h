/* SPDX-License-Identifier: MIT */
/* The parts of pab-mcp: the loop that reads and writes, messages, calls, questions. One
 * client, one process; each call is a child of it. May include: tool, toolreply. */
#ifndef PAB_MCP_H
#define PAB_MCP_H

#include "ledger.h"
#include "tool.h"
#include "toolargs.h"
#include "toolrun.h"
#include "toolset.h"

/* Codes of JSON-RPC. */
enum rpc_error {
	RPC_PARSE = -32700,
	RPC_INVALID = -32600,
	RPC_NO_METHOD = -32601,
	RPC_PARAMS = -32602,
	RPC_INTERNAL = -32603,
};

/* A process that does one call. */
struct worker {
	pid_t pid; /* 0: there is none, or it is over */
	int order; /* where its call goes; -1: it has it */
	int fd;    /* where its answer comes from; -1: there is none */
	int ask;   /* where its questions come from; -1: none */
};

#define WORKER_NONE ((struct worker){.order = -1, .fd = -1, .ask = -1})

/* A call, waiting for its turn or under way. */
struct running {
	struct running *next;
	char *id;    /* as JSON */
	char *token; /* of its progress, as JSON; NULL: none is wanted */
	struct call call;
	struct worker worker; /* without an fd: it waits */
	struct buf got;       /* a line that names a job, and the result as JSON */
	int64_t began, told;  /* milliseconds; when it started, when progress was told */
	bool cancelled, answered;
	struct buf question; /* the last one */
	int64_t asking;      /* its number while the client has not answered; 0: none */
	char answer;         /* to it: ASK_* */
};

/* Answers to a question on its way to whoever asks: one byte. */
enum { ANSWER_NONE = 0, ANSWER_YES = 'y', ANSWER_NO = 'n', ANSWER_LATER = 'l' };

struct mcp {
	const struct toolset_choice_of *choice;
	struct ledger ledger;
	const char *where; /* for the client: where the tools act */
	bool structured, started, elicits, asks_otherwise;
	struct buf in, out;
	size_t looked, sent; /* bytes of in without a newline; of out that are written */
	bool skips;          /* what is left of a message that is too large */
	bool ends;           /* no more comes in */
	struct running *calls;
	size_t n_running;
	struct worker spare; /* for the next one */
	int64_t asked;       /* questions so far */
	struct vec jobs;     /* that it started */
};

/* Serves until the client goes or a signal comes. Returns 0, or an errno. */
int mcp_serve(struct mcp *m) NODISCARD;

/* Takes one message, n bytes with a NUL behind them. */
void mcp_message(struct mcp *m, const char *p, size_t n);

/* Writes an error; id as JSON, NULL for null. */
void mcp_error(struct mcp *m, const char *id, int code, const char *fmt, ...)
	PRINTF(4, 5);

/* Takes a call over, which is started when there is room. */
void calls_add(struct mcp *m, struct running *r);
void calls_start(struct mcp *m);

/* Makes ready for the next one. */
void calls_prepare(struct mcp *m);

/* Ends the call of that id, which then is not answered. */
void calls_cancel(struct mcp *m, const char *id);

/* Reads what came from a call. At its end it is answered and r is freed. */
void calls_hear(struct mcp *m, struct running *r);

/* Tells the progress of those that run for long. Returns how many milliseconds until
 * there is more to tell, -1 for never. */
int calls_progress(struct mcp *m) NODISCARD;

/* Ends all calls and what they started, and waits for that. */
void calls_end(struct mcp *m);

/* Makes a process that waits for a call. Returns 0, or -1 with errno. */
int worker_make(const struct mcp *m, struct worker *w) NODISCARD;

/* Gives it its call. Returns 0, or -1 with errno: it is gone. */
int worker_give(struct worker *w, const struct call *c) NODISCARD;

/* Closes what leads to it. */
void worker_close(struct worker *w);

/* Passes on a question of a call, and an answer of the client's. */
void ask_hear(struct mcp *m, struct running *r);
void ask_answer_came(struct mcp *m, int64_t number, char answer);

/* In a call's process: whoever asks in it is to ask the client, by the descriptor. */
void ask_prepare(int fd);

/* The programs that are linked in. */
extern const struct tool_inside mcp_inside[];

/* Is this process started to ask? Then it does. Returns its exit status, -1 if not. */
int ask_main(int argc) NODISCARD;

#endif
