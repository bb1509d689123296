/* SPDX-License-Identifier: MIT */
/* Both forms of a patch: what is understood names its files, its lines lie in the input,
 * and it can be applied to what it says was there. */
#include "pab_patch.h"

#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the old side of the file says was there. */
static void old_side(const struct patch_file *f, struct buf *out)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < f->v[i].n; k++) {
			const struct patch_line *l = &f->v[i].v[k];
			if (l->op == '+')
				continue;
			buf_add(out, l->p, l->n);
			if (!l->bare)
				buf_addc(out, '\n');
		}
}

static void check(const struct patch_file *f, const char *p, size_t n)
{
	struct buf old = BUF_INIT, out = BUF_INIT;
	struct err e = {0};
	if (!f->old || !*f->old || !f->new || !*f->new)
		abort();
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < f->v[i].n; k++)
			if (f->v[i].v[k].p < p || f->v[i].v[k].n > n ||
				f->v[i].v[k].p + f->v[i].v[k].n > p + n)
				abort();
	struct patch_place *places = xcalloc(f->n + 1, sizeof(*places));
	old_side(f, &old);
	if (patch_apply(f, old.p, old.len, "f", &out, places, &e) < 0 &&
		e.code != ERR_NO_MATCH && e.code != ERR_AMBIGUOUS)
		abort();
	free(places);
	buf_release(&old);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *p CLEANUP(mem_freep) = xmemdup0(data, size);
	struct patch ps;
	struct err e = {0};
	for (int64_t strip = -1; strip < 2; strip++) {
		if (patch_parse(&ps, p, size, strip, &e) < 0) {
			if (e.code != ERR_BAD_INPUT && e.code != ERR_UNSUPPORTED)
				abort();
			continue;
		}
		if (!ps.n)
			abort();
		for (size_t i = 0; i < ps.n; i++)
			check(&ps.v[i], p, size);
		if (patch_reverse(&ps, &e) == 0)
			for (size_t i = 0; i < ps.n; i++)
				check(&ps.v[i], p, size);
		patch_release(&ps);
	}
	return 0;
}
