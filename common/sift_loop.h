/* SPDX-License-Identifier: MIT */
/* The loops of the kernels over the vectors of whoever includes this: vec of VEC_SIZE
 * bytes, vec_load, vec_all, vec_and, vec_or, vec_is, vec_sub, vec_bits (a bit for each
 * byte with its top bit set, VEC_BITS bits apart), vec_total, and where VEC_LOOKUP is
 * defined vec_table, vec_low, vec_high, vec_lookup. FN names the functions, TARGET is
 * their attribute. No guard: it is included once for each kind of vector. */
#include "sift_kernel.h"

#ifdef VEC_SIZE
#define INLINE static inline __attribute__((always_inline))

/* What is looked for: bytes after masks at two places, or sets at neighbouring ones. */
struct FN(wanted) {
	vec value[2], mask[2];
	vec lo[SIFT_WINDOW], hi[SIFT_WINDOW];
	size_t at[SIFT_WINDOW];
};

/* Where the pair is, at each place of the vector at q. */
TARGET INLINE vec FN(pairs)(const struct FN(wanted) * w, const char *q, bool masked)
{
	vec a = vec_load(q + w->at[0]), b = vec_load(q + w->at[1]);
	if (masked) {
		a = vec_and(a, w->mask[0]);
		b = vec_and(b, w->mask[1]);
	}
	return vec_and(vec_is(a, w->value[0]), vec_is(b, w->value[1]));
}

/* Is it in none of four vectors? */
TARGET INLINE bool FN(is_far)(const struct FN(wanted) * w, const char *q, bool masked)
{
	const char *r = q + 2 * VEC_SIZE;
	vec one = vec_or(FN(pairs)(w, q, masked), FN(pairs)(w, q + VEC_SIZE, masked));
	vec two = vec_or(FN(pairs)(w, r, masked), FN(pairs)(w, r + VEC_SIZE, masked));
	return !vec_bits(vec_or(one, two));
}

#ifdef VEC_LOOKUP
/* The buckets of the byte at each place. */
TARGET INLINE vec FN(buckets)(const struct FN(wanted) * w, const char *q, int k)
{
	vec bytes = vec_load(q + w->at[k]);
	return vec_and(vec_lookup(w->lo[k], vec_low(bytes)),
		vec_lookup(w->hi[k], vec_high(bytes)));
}

/* Where a byte of each set is, of whatever bucket. */
TARGET INLINE uint64_t FN(sets)(const struct FN(wanted) * w, const char *q)
{
	const vec zero = vec_all(0);
	vec no = vec_is(FN(buckets)(w, q, 0), zero);
	no = vec_or(no, vec_is(FN(buckets)(w, q, 1), zero));
	no = vec_or(no, vec_is(FN(buckets)(w, q, 2), zero));
	return ~vec_bits(no) & VEC_FULL;
}

/* Where they are of one bucket. */
TARGET INLINE uint64_t FN(shared)(const struct FN(wanted) * w, const char *q)
{
	vec hit = vec_and(FN(buckets)(w, q, 0), FN(buckets)(w, q, 1));
	hit = vec_and(hit, FN(buckets)(w, q, 2));
	return ~vec_bits(vec_is(hit, vec_all(0))) & VEC_FULL;
}
#else
#define sift_base_sets(w, q) 0
#define sift_base_shared(w, q) 0
#endif

TARGET INLINE uint64_t FN(bits)(
	const struct FN(wanted) * w, const char *q, enum sift_kind kind, bool masked)
{
	return kind == SIFT_PAIR  ? vec_bits(FN(pairs)(w, q, masked))
	       : kind == SIFT_ONE ? FN(sets)(w, q)
				  : FN(shared)(w, q);
}

/* A pair in four vectors at once while it is in none. What is left at the end is the end
 * of a vector that reaches back into what was looked at. */
TARGET INLINE const char *FN(scan)(const struct FN(wanted) * w, const char *q,
	const char *end, size_t reach, enum sift_kind kind, bool masked)
{
	const char *from = q, *stop = end - reach + 1;
	uint64_t bits;
	if (kind == SIFT_PAIR)
		while (stop - q >= 4 * VEC_SIZE && FN(is_far)(w, q, masked))
			q += 4 * VEC_SIZE;
	for (; stop - q >= VEC_SIZE; q += VEC_SIZE)
		if ((bits = FN(bits)(w, q, kind, masked)))
			return q + (unsigned)__builtin_ctzll(bits) / VEC_BITS;
	if (q == from || q == stop)
		return q;
	bits = FN(bits)(w, stop - VEC_SIZE, kind, masked);
	bits >>= (VEC_SIZE - (stop - q)) * VEC_BITS;
	return bits ? q + (unsigned)__builtin_ctzll(bits) / VEC_BITS : stop;
}

TARGET const char *FN(pair)(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	const struct FN(wanted) w = {
		.value = {vec_all(p->value[0]), vec_all(p->value[1])},
		.mask = {vec_all(p->mask[0]), vec_all(p->mask[1])},
		.at = {p->off[0], p->off[1]},
	};
	return p->mask[0] == 0xff && p->mask[1] == 0xff
		       ? FN(scan)(&w, q, end, reach, SIFT_PAIR, false)
		       : FN(scan)(&w, q, end, reach, SIFT_PAIR, true);
}

#ifdef VEC_LOOKUP
/* A probe of fewer than three bytes repeats its first set, where it stands. */
TARGET INLINE struct FN(wanted) FN(windows)(const struct sift_probe *p)
{
	struct FN(wanted) w = {.at = {0}};
	for (unsigned k = 0; k < SIFT_WINDOW; k++) {
		w.at[k] = k < p->width ? k : 0;
		w.lo[k] = vec_table(p->lo[w.at[k]]);
		w.hi[k] = vec_table(p->hi[w.at[k]]);
	}
	return w;
}

TARGET const char *FN(teddy)(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	const struct FN(wanted) w = FN(windows)(p);
	return FN(scan)(&w, q, end, reach, SIFT_TEDDY, false);
}

TARGET const char *FN(one)(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	const struct FN(wanted) w = FN(windows)(p);
	return FN(scan)(&w, q, end, reach, SIFT_ONE, false);
}
#endif

/* Each byte of a vector counts to 255 before it is added up. What is left at the end is
 * the end of a vector that reaches back into what was counted. */
TARGET size_t FN(count)(const char **p, const char *end)
{
	const vec nl = vec_all('\n');
	size_t total = 0;
	bool any = (size_t)(end - *p) >= VEC_SIZE;
	while ((size_t)(end - *p) >= VEC_SIZE) {
		vec sum = vec_all(0);
		for (int i = 0; i < 255 && (size_t)(end - *p) >= VEC_SIZE; i++) {
			sum = vec_sub(sum, vec_is(vec_load(*p), nl));
			*p += VEC_SIZE;
		}
		total += vec_total(sum);
	}
	if (any && *p < end) {
		uint64_t bits = vec_bits(vec_is(vec_load(end - VEC_SIZE), nl));
		bits >>= (VEC_SIZE - (size_t)(end - *p)) * VEC_BITS;
		total += (size_t)__builtin_popcountll(bits) / VEC_BITS;
		*p = end;
	}
	return total;
}
#endif
