/* SPDX-License-Identifier: MIT */
/* A container of each engine that answers: of an image that is empty, made for it and
 * removed with it, so that nothing is pulled and nothing stays. pab's own programs find
 * the engine as this one does, or by DOCKER_HOST. */
#include "pab_doctor.h"

#include "engine.h"
#include "mem.h"
#include "tar.h"

#include <unistd.h>

static const char session[] = "session:doctor-container";

/* What it is called: "podman" or "docker". */
static const char *kind_of(struct engine *g)
{
	const char *kind = "docker";
	struct err ignored;
	struct jin *j = NULL;
	if (engine_call(g, "GET", "/version", NULL, &j, &ignored) < 0 || !j)
		return kind;
	const jin_node *n = jin_is_object(jin_root(j)) ? jin_root(j) : NULL;
	n = n ? jin_get(n, "Components") : NULL;
	for (n = n && jin_is_array(n) ? jin_first(n) : NULL; n; n = jin_next(n)) {
		const char *s = jin_is_object(n) ? jin_string(jin_get(n, "Name")) : NULL;
		if (s && !strncmp(s, "Podman", 6))
			kind = "podman";
	}
	jin_free(j);
	return kind;
}

/* Gives the engine an image with no file in it. Returns 0, or -1 with err. */
static int put_image(struct engine *g, const char *tag, struct err *e)
{
	struct buf tar CLEANUP(buf_release) = BUF_INIT;
	char *path CLEANUP(mem_freep) = xasprintf(
		"/images/create?fromSrc=-&repo=localhost/pab-doctor-%s&tag=latest", tag);
	tar_add(&tar, "workspace/", 0755, NULL, 0);
	tar_end(&tar);
	return engine_stream(g, path, &tar, NULL, NULL, e);
}

static void remove_image(
	struct doctor *d, struct engine *g, const char *place, const char *image)
{
	struct err e;
	char *name CLEANUP(mem_freep) = engine_escape(image);
	char *path CLEANUP(mem_freep) = xasprintf("/images/%s?force=true", name);
	if (engine_call(g, "DELETE", path, NULL, NULL, &e) < 0)
		doctor_missing(d, place, e.msg);
}

static void try_session(struct doctor *d, const char *place, const char *image)
{
	struct buf out CLEANUP(buf_release) = BUF_INIT;
	const char *id = strchr(session, ':') + 1;
	const char *const open_it[] = {"pab-session", "open", id, "--on", "docker",
		"--image", image, "--workspace", d->dir, "--spec", NULL};
	const char *const close_it[] = {"pab-session", "close", id, NULL};
	if (doctor_run(d, open_it, NULL, &out) == 0) {
		d->container = true;
		doctor_files(d, place, session);
		doctor_commands(d, place, session);
		d->container = false;
	} else {
		out.p[strcspn(out.p, "\n")] = '\0';
		doctor_missing(d, place, out.p);
	}
	buf_clear(&out);
	if (doctor_run(d, close_it, NULL, &out) > 3)
		doctor_missing(d, place, out.p);
}

/* The directory's name is nobody else's; those of images have small letters. */
static char *tag_of(const struct doctor *d)
{
	char *tag = xstrdup(strrchr(d->top, '-') + 1);
	for (char *p = tag; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return tag;
}

static void try_engine(struct doctor *d, struct engine *g, const char *place)
{
	struct err e;
	char *tag CLEANUP(mem_freep) = tag_of(d);
	char *image CLEANUP(mem_freep) = xasprintf("localhost/pab-doctor-%s:latest", tag);
	if (bait_renew(d, &e) < 0 || put_image(g, tag, &e) < 0) {
		doctor_missing(d, place, e.msg);
		return;
	}
	try_session(d, place, image);
	remove_image(d, g, place, image);
}

/* Returns the place's name, NULL: no engine is at the address. */
static const char *examine_at(
	struct doctor *d, const char *address, bool (*wants)(const char *), struct err *e)
{
	struct engine *g = engine_open(address, e);
	if (!g)
		return NULL;
	const char *place = kind_of(g);
	if (wants(place) && engine_is_here(address))
		try_engine(d, g, place);
	else if (wants(place))
		doctor_missing(d, place, "the engine is on another host; try it there");
	engine_close(g);
	return place;
}

/* Podman's sockets, beside the one that is found first. Returns what there is at them. */
static const char *examine_podman(
	struct doctor *d, const char *first, bool (*wants)(const char *))
{
	const char *run = getenv("XDG_RUNTIME_DIR"), *place = NULL;
	struct err ignored;
	char *paths[] = {xasprintf("%s/podman/podman.sock", run ? run : "/nonexistent"),
		xstrdup("/run/podman/podman.sock")};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char *address CLEANUP(mem_freep) = xasprintf("unix://%s", paths[i]);
		if (!place && strcmp(address, first) != 0 &&
			access(paths[i], R_OK | W_OK) == 0 &&
			setenv("DOCKER_HOST", address, 1) == 0)
			place = examine_at(d, address, wants, &ignored);
		free(paths[i]);
	}
	return place;
}

void doctor_containers(struct doctor *d, bool (*wants)(const char *), bool asked)
{
	struct err e;
	const char *host = getenv("DOCKER_HOST");
	char *was CLEANUP(mem_freep) = host ? xstrdup(host) : NULL;
	char *address CLEANUP(mem_freep) = engine_find(NULL, &e);
	const char *first = address ? examine_at(d, address, wants, &e) : NULL;
	const char *second = examine_podman(d, address ? address : "", wants);
	bool missed = (asked && wants("docker") && (!first || strcmp(first, "docker"))) ||
		      (asked && wants("podman") && !second &&
			      (!first || strcmp(first, "podman")));
	if (missed || (!first && !second)) {
		doctor_notice(d, "docker, podman",
			first || second || !address
				? "no such engine answers: apt-get install docker.io, or "
				  "podman"
				: e.msg);
		d->missing |= asked;
	}
	if (was ? setenv("DOCKER_HOST", was, 1) < 0 : unsetenv("DOCKER_HOST") < 0)
		d->missing = true;
}
