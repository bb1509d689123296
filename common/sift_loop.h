/* SPDX-License-Identifier: MIT */
/* The loops of the kernels over the vectors of whoever includes this: vec of VEC_SIZE
 * bytes, vec_load, vec_all, vec_and, vec_or, vec_is, vec_sub, vec_bits (a bit for each
 * byte with its top bit set, VEC_BITS bits apart), vec_total, and where VEC_LOOKUP is
 * defined vec_table, vec_low, vec_high, vec_lookup. FN names the functions, TARGET is
 * their attribute. No guard: it is included once for each kind of vector. */
#include "sift_kernel.h"

#ifdef VEC_SIZE
TARGET const char *FN(pair)(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	const vec v0 = vec_all(p->value[0]), v1 = vec_all(p->value[1]);
	const vec m0 = vec_all(p->mask[0]), m1 = vec_all(p->mask[1]);
	const size_t o0 = p->off[0], o1 = p->off[1];
	for (; (size_t)(end - q) >= reach - 1 + VEC_SIZE; q += VEC_SIZE) {
		vec a = vec_is(vec_and(vec_load(q + o0), m0), v0);
		vec b = vec_is(vec_and(vec_load(q + o1), m1), v1);
		uint64_t bits = vec_bits(vec_and(a, b));
		if (bits)
			return q + (unsigned)__builtin_ctzll(bits) / VEC_BITS;
	}
	return q;
}

#ifdef VEC_LOOKUP
/* The buckets of the byte at each place. */
TARGET static inline vec FN(look)(vec bytes, vec lo, vec hi)
{
	return vec_and(vec_lookup(lo, vec_low(bytes)), vec_lookup(hi, vec_high(bytes)));
}

/* A probe of fewer than three bytes repeats its first set, where it stands. */
TARGET const char *FN(teddy)(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	const vec zero = vec_all(0);
	const unsigned b = p->width > 1 ? 1 : 0, c = p->width > 2 ? 2 : 0;
	const vec l0 = vec_table(p->lo[0]), l1 = vec_table(p->lo[b]),
		  l2 = vec_table(p->lo[c]);
	const vec h0 = vec_table(p->hi[0]), h1 = vec_table(p->hi[b]),
		  h2 = vec_table(p->hi[c]);
	for (; (size_t)(end - q) >= reach - 1 + VEC_SIZE; q += VEC_SIZE) {
		vec hit = FN(look)(vec_load(q), l0, h0);
		hit = vec_and(hit, FN(look)(vec_load(q + b), l1, h1));
		hit = vec_and(hit, FN(look)(vec_load(q + c), l2, h2));
		uint64_t bits = ~vec_bits(vec_is(hit, zero)) & VEC_FULL;
		if (bits)
			return q + (unsigned)__builtin_ctzll(bits) / VEC_BITS;
	}
	return q;
}

TARGET const char *FN(one)(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	const vec zero = vec_all(0);
	const unsigned b = p->width > 1 ? 1 : 0, c = p->width > 2 ? 2 : 0;
	const vec l0 = vec_table(p->lo[0]), l1 = vec_table(p->lo[b]),
		  l2 = vec_table(p->lo[c]);
	const vec h0 = vec_table(p->hi[0]), h1 = vec_table(p->hi[b]),
		  h2 = vec_table(p->hi[c]);
	for (; (size_t)(end - q) >= reach - 1 + VEC_SIZE; q += VEC_SIZE) {
		vec no = vec_is(FN(look)(vec_load(q), l0, h0), zero);
		no = vec_or(no, vec_is(FN(look)(vec_load(q + b), l1, h1), zero));
		no = vec_or(no, vec_is(FN(look)(vec_load(q + c), l2, h2), zero));
		uint64_t bits = ~vec_bits(no) & VEC_FULL;
		if (bits)
			return q + (unsigned)__builtin_ctzll(bits) / VEC_BITS;
	}
	return q;
}
#endif

/* Each byte of a vector counts to 255 before it is added up. */
TARGET size_t FN(count)(const char **p, const char *end)
{
	const vec nl = vec_all('\n');
	size_t total = 0;
	while ((size_t)(end - *p) >= VEC_SIZE) {
		vec sum = vec_all(0);
		for (int i = 0; i < 255 && (size_t)(end - *p) >= VEC_SIZE; i++) {
			sum = vec_sub(sum, vec_is(vec_load(*p), nl));
			*p += VEC_SIZE;
		}
		total += vec_total(sum);
	}
	return total;
}
#endif
