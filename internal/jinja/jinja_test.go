package jinja_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/internal/jinja"
)

func render(t *testing.T, source string) (string, error) {
	t.Helper()
	template, err := jinja.Parse("t", source)
	if err != nil {
		return "", err
	}
	messages, err := jinja.FromJSON([]byte(`[{"role": "user", "content": "héllo <b>", "n": 3, "f": 2.0, "none": null}]`))
	require.NoError(t, err)
	return template.Render(map[string]any{"m": messages, "x": "a b  c"}, time.Date(2026, 3, 7, 15, 4, 9, 0, time.UTC))
}

// What Python's jinja2 writes, in an environment as Transformers makes it.
func TestRender(t *testing.T) {
	for source, want := range map[string]string{
		"a\n  {% if true %}\n b\n  {% endif %}\nc\n":                                                                     "a\n b\nc",
		"  {{- 1 }}  {{ 2 -}}  \n 3":                                                                                     "1  23",
		"{# a #}\nx {#- b -#} y":                                                                                         "xy",
		"{% raw %}{{ x }}{% endraw %}":                                                                                   "{{ x }}",
		"{{ '\\u00e9\\x41\\n\\q' }}":                                                                                     "éA\n\\q",
		"{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2**3 }}":                                                 "3 -4 2 3.5 8",
		"{{ 1 < 2 < 3 }} {{ not 1 in [2] }} {{ 'b' not in 'abc' }}":                                                      "True True False",
		"{{ [1, 'a', none, 1.0, true, (1,)] }} {{ {'k': 'it\\'s'} }}":                                                    `[1, 'a', None, 1.0, True, (1,)] {'k': "it's"}`,
		"{{ m[0].content[1] }}{{ m[0]['content'][-3:] }}{{ 'abc'[::-1] }}":                                               "é<b>cba",
		"{{ m[0].nothing }}|{{ m[0].nothing is defined }}|{{ nothing | default('d') }}":                                  "|False|d",
		"{% for i in [1, 2, 3] if i != 2 %}{{ loop.index }}{{ i }}{{ ',' if not loop.last }}{% endfor %}":                "11,23",
		"{% set a = 1 %}{% for i in [1] %}{% set a = 2 %}{% endfor %}{{ a }}":                                            "1",
		"{% set n = namespace(a=1) %}{% for i in [1] %}{% set n.a = 2 %}{% endfor %}{{ n.a }}":                           "2",
		"{% for i in range(9) %}{% if i == 1 %}{% continue %}{% elif i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}": "02",
		"{% macro f(a, b='B') %}{{ a ~ b }}{{ varargs }}{% endmacro %}{{ f(1) }} {{ f(1, 2, 3) }}":                       "1B() 12(3,)",
		"{% macro f() %}<{{ caller('x') }}>{% endmacro %}{% call(y) f() %}{{ y }}{% endcall %}":                          "<x>",
		"{% filter upper %}a{% endfilter %}{% set s | trim %} b {% endset %}{{ s }}":                                     "Ab",
		"{{ m[0] | tojson }}":                                                                    `{"role": "user", "content": "héllo <b>", "n": 3, "f": 2.0, "none": null}`,
		"{{ [1, {'a': []}] | tojson(indent=2) }}":                                                "[\n  1,\n  {\n    \"a\": []\n  }\n]",
		"{{ ('<' | safe) + '<' }} {{ '<' ~ ('<' | safe) }}":                                      "<&lt; <<",
		"{{ x.split() }} {{ x.split(' ', 1) }} {{ 'axbxc'.rsplit('x', 1) }}":                     "['a', 'b', 'c'] ['a', 'b  c'] ['axb', 'c']",
		"{{ '%05.1f|%-4s|%d' % (2.25, 'a', 7) }} {{ '42.7' | int }} {{ '0x1f' | int(base=16) }}": "002.2|a   |7 42 31",
		"{{ strftime_now('%d %b %Y %-H') }}":                                                     "07 Mar 2026 15",
		"{{ 1e20 }} {{ 1e-7 }} {{ 0.1 }} {{ 123456789.0 }}":                                      "1e+20 1e-07 0.1 123456789.0",
		"{{ {'b': 1, 'A': 2} | dictsort }} {{ ['b', 'A'] | sort }} {{ [3, 1] | max }}":           "[('A', 2), ('b', 1)] ['A', 'b'] 3",
	} {
		got, err := render(t, source)
		require.NoError(t, err, source)
		require.Equal(t, want, got, source)
	}
}

func TestErrorsHaveALine(t *testing.T) {
	for source, want := range map[string]string{
		"a\n{{ 1 + 'a' }}":                "t:2: a number + a text: the two don't go together",
		"{{ [] + 'a' }}":                  "t:1: a list + a text",
		"\n\n{% endif %}":                 "t:3: {% endif %} is not known",
		"{% if 1 %}":                      "t:1: the template ends, expected {% endif %}",
		"{{ m[0].a.b }}":                  "has no attribute 'a'",
		"{{ nobody() }}":                  "'nobody' is undefined",
		"{{ 1 | nofilter }}":              `no filter named "nofilter" is known, or supported`,
		"{{ 'a'.zfill(3) }}":              "not supported",
		"{{ 9223372036854775807 + 1 }}":   "too large a number",
		"{{ nothing | tojson }}":          "is not JSON",
		"{% set m[0].x = 1 %}":            "expected",
		"{% set x.y = 1 %}":               "only a namespace's attributes can be set",
		"{% extends 'a' %}":               "not supported",
		"{{ 'a }}":                        "a text has no end",
		"{% break %}":                     "break outside of a loop",
		"{{ 1 // 0 }}":                    "division by zero",
		strings.Repeat("{% if 1 %}", 200): "more than 100 deep",
	} {
		_, err := render(t, source)
		require.ErrorContains(t, err, want, source)
	}
	_, err := render(t, "{{ raise_exception('no system') }}")
	var raised *jinja.Raised
	require.ErrorAs(t, err, &raised)
	require.Equal(t, "no system", raised.Message)
	_, err = jinja.Parse("t", strings.Repeat(" ", jinja.MaxSource+1))
	require.ErrorContains(t, err, "may have")
}
