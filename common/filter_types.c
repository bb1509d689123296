/* SPDX-License-Identifier: MIT */
/* The file types of -t. A pattern is a name, or has one "*" at its start or its
 * end. */
#include "filter.h"

static const struct {
	const char *type, *patterns; /* separated by blanks */
} types[] = {
	{"asm", "*.s *.S *.asm"},
	{"bazel", "*.bzl *.bazel BUILD WORKSPACE"},
	{"c", "*.c *.h *.cats"},
	{"clojure", "*.clj *.cljc *.cljs *.cljx"},
	{"cmake", "*.cmake CMakeLists.txt"},
	{"config", "*.cfg *.conf *.config *.ini"},
	{"cpp", "*.C *.H *.cc *.cpp *.cxx *.c++ *.h *.hh *.hpp *.hxx *.h++ *.inl"},
	{"cs", "*.cs"},
	{"css", "*.css *.scss *.sass *.less"},
	{"csv", "*.csv *.tsv"},
	{"dart", "*.dart"},
	{"docker", "Dockerfile* *.dockerfile Containerfile*"},
	{"elixir", "*.ex *.exs *.eex *.heex"},
	{"erlang", "*.erl *.hrl"},
	{"fortran", "*.f *.F *.f77 *.f90 *.F90 *.f95"},
	{"go", "*.go go.mod"},
	{"graphql", "*.graphql *.graphqls"},
	{"groovy", "*.groovy *.gradle"},
	{"h", "*.h *.hh *.hpp"},
	{"haskell", "*.hs *.lhs *.cabal"},
	{"html", "*.html *.htm *.ejs"},
	{"java", "*.java *.jsp *.properties"},
	{"js", "*.js *.jsx *.mjs *.cjs *.vue"},
	{"json", "*.json *.jsonl *.ndjson composer.lock"},
	{"julia", "*.jl"},
	{"kotlin", "*.kt *.kts"},
	{"lisp", "*.el *.lisp *.lsp *.scm *.rkt"},
	{"lua", "*.lua"},
	{"make", "Makefile* makefile* GNUmakefile* *.mk *.mak"},
	{"man", "*.1 *.2 *.3 *.4 *.5 *.6 *.7 *.8"},
	{"md", "*.md *.markdown *.mdx *.mdown"},
	{"meson", "meson.build meson_options.txt meson.options"},
	{"nix", "*.nix"},
	{"objc", "*.m *.mm *.h"},
	{"ocaml", "*.ml *.mli *.mll *.mly"},
	{"perl", "*.pl *.pm *.t *.pod"},
	{"php", "*.php *.php3 *.php4 *.php5 *.phtml"},
	{"proto", "*.proto"},
	{"py", "*.py *.pyi *.pyx *.pxd"},
	{"r", "*.R *.r *.Rmd *.Rnw"},
	{"rst", "*.rst"},
	{"ruby", "*.rb *.rake *.gemspec Gemfile Rakefile"},
	{"rust", "*.rs"},
	{"scala", "*.scala *.sbt"},
	{"sh", "*.sh *.bash *.zsh *.ksh *.fish .bashrc .profile .zshrc"},
	{"sql", "*.sql *.psql"},
	{"svelte", "*.svelte"},
	{"swift", "*.swift"},
	{"tex", "*.tex *.sty *.cls *.bib"},
	{"tf", "*.tf *.tfvars"},
	{"toml", "*.toml Cargo.lock"},
	{"ts", "*.ts *.tsx *.mts *.cts"},
	{"txt", "*.txt"},
	{"vim", "*.vim .vimrc"},
	{"vue", "*.vue"},
	{"xml", "*.xml *.xsd *.xsl *.xslt *.svg *.dtd"},
	{"yaml", "*.yaml *.yml"},
	{"zig", "*.zig"},
};

static const char *patterns_of(const char *type)
{
	static const struct {
		const char *also, *type;
	} alias[] = {{"python", "py"}, {"javascript", "js"}, {"typescript", "ts"},
		{"markdown", "md"}, {"c++", "cpp"}, {"csharp", "cs"}, {"rb", "ruby"},
		{"rs", "rust"}, {"shell", "sh"}, {"bash", "sh"}, {"yml", "yaml"},
		{"golang", "go"}, {"terraform", "tf"}};
	for (size_t i = 0; i < ARRAY_LEN(alias); i++)
		if (!strcmp(alias[i].also, type))
			type = alias[i].type;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (!strcmp(types[i].type, type))
			return types[i].patterns;
	return NULL;
}

bool type_is(const char *type)
{
	return patterns_of(type);
}

static bool one_takes(const char *p, size_t n, const char *name, size_t len)
{
	if (p[0] == '*')
		return len >= n - 1 && !memcmp(name + len - (n - 1), p + 1, n - 1);
	if (p[n - 1] == '*')
		return len >= n - 1 && !memcmp(name, p, n - 1);
	return len == n && !memcmp(name, p, n);
}

bool type_takes(const char *type, const char *name)
{
	size_t len = strlen(name), n;
	for (const char *p = patterns_of(type); p && *p; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		if (one_takes(p, n, name, len))
			return true;
	}
	return false;
}

void type_list(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		buf_printf(out, "%s: %s\n", types[i].type, types[i].patterns);
}
