/* SPDX-License-Identifier: MIT */
#include "engine.h"

#include "mem.h"
#include "unit.h"

static void test_frames(void)
{
	static const char two[] =
		"\1\0\0\0\0\0\0\5hello\2\0\0\0\0\0\0\3err\1\0\0\0\0\0\0\0";
	struct engine_frames f = {0};
	struct buf out = BUF_INIT, errors = BUF_INIT;
	for (size_t i = 0; i < sizeof(two) - 1; i++)
		CHECK(engine_frames_take(&f, two + i, 1, &out, &errors) == 0);
	CHECK(!strcmp(out.p, "hello") && !strcmp(errors.p, "err") && !f.have);
	CHECK(engine_frames_take(&f, "OCI runtime", 11, &out, &errors) == -1);
	buf_release(&out);
	buf_release(&errors);
}

static void test_here(void)
{
	CHECK(engine_is_here("unix:///var/run/docker.sock"));
	CHECK(engine_is_here("tcp://127.0.0.1:2376 /certs"));
	CHECK(engine_is_here("tcp://localhost:2375"));
	CHECK(!engine_is_here("tcp://localhost.example.com:2375"));
	CHECK(!engine_is_here("tcp://10.0.0.1:2376 /certs"));
	CHECK(!engine_is_here("ssh://127.0.0.1"));
}

int main(void)
{
	char *s = engine_escape("a/b c:1%\xff");
	CHECK(!strcmp(s, "a%2Fb%20c%3A1%25%FF"));
	free(s);
	test_frames();
	test_here();
	return unit_end();
}
