/* SPDX-License-Identifier: MIT */
/* JSON edits: refused with a reason, or edits that are whole. */
#include "editjson.h"

#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct edits *es, const struct edit *ed)
{
	if (ed->file != EDIT_EVERY && ed->file >= es->paths.n)
		abort();
	if ((ed->n_old && !ed->old) || (ed->n_new && !ed->new))
		abort();
	if (ed->kind == EDIT_BLOCK || (ed->kind == EDIT_DELETE) != ed->none)
		abort();
	if (edit_is_tagged(ed) ? ed->old != NULL : ed->at.line != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edits es = {0};
	struct err e = {0};
	char *p CLEANUP(mem_freep) = xmalloc(size);
	memcpy(p, data, size);
	if (editjson_parse(p, size, &es, &e) < 0) {
		if ((e.code != ERR_BAD_INPUT && e.code != ERR_USAGE) || !e.msg[0])
			abort();
	} else {
		if (!es.n)
			abort();
		for (size_t i = 0; i < es.n; i++)
			check(&es, &es.v[i]);
		if (edits_check(&es, &e) < 0 && e.code != ERR_USAGE)
			abort();
	}
	edits_release(&es);
	return 0;
}
