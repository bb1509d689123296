/* SPDX-License-Identifier: MIT */
#include "temp.h"

#include <inttypes.h>

void temp_name(const char *name, unsigned slot, char out[TEMP_LEN + 1])
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	snprintf(out, TEMP_LEN + 1, ".pab-%016" PRIx64 ".%u~", h, slot % TEMP_SLOTS);
}

bool temp_is(const char *name)
{
	return !strncmp(name, ".pab-", 5) && strspn(name + 5, "0123456789abcdef") == 16 &&
	       name[21] == '.' && name[22] >= '0' && name[22] <= '9' && name[23] == '~' &&
	       !name[24];
}
