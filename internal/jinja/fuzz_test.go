package jinja_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/internal/jinja"
)

// Whatever a template is: a text, or an error, soon. Nothing it does outlives or crashes it.
func FuzzRender(f *testing.F) {
	paths, err := filepath.Glob("../../tokenizers/chat/testdata/templates/*.jinja")
	require.NoError(f, err)
	for _, path := range paths {
		b, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(string(b))
	}
	for _, s := range []string{
		"{{ '%5.2f' % 3 }}{{ x[::-1] }}{{ 7 // 2 ** 3 }}", "{% set ns = namespace(a=[]) %}{% set ns.a = ns.a + [ns.a] %}{{ ns.a }}",
		"{% for i in range(9) recursive %}{{ loop(range(i)) }}{% endfor %}", "{{ messages | tojson(indent=2) | indent(3) | title }}",
		"{% macro m(a, b=1) %}{{ caller(a) }}{{ varargs }}{% endmacro %}{% call(x) m(1, 2, 3) %}{{ x }}{% endcall %}",
		"{{ 'a,b'.split(',') | map('upper') | join }}{{ {1: 2, 'a': none} | dictsort }}",
	} {
		f.Add(s)
	}
	values, err := jinja.FromJSON([]byte(`[{"role": "user", "content": "h\u00e9llo", "n": [1, 2.5, null, {"a": true}]}]`))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, source string) {
		template, err := jinja.Parse("fuzz", source)
		if err != nil {
			require.ErrorContains(t, err, "fuzz")
			return
		}
		once, err := template.Render(map[string]any{"messages": values, "x": "abc"}, time.Unix(0, 0))
		again, err2 := template.Render(map[string]any{"messages": values, "x": "abc"}, time.Unix(0, 0))
		require.Equal(t, once, again)
		require.Equal(t, err == nil, err2 == nil)
	})
}
