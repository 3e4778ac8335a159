package tokenizers

import (
	"fmt"
	"unicode/utf8"
)

// errorf is an error of this package.
func errorf(format string, args ...any) error {
	return fmt.Errorf(format, args...)
}

// clip shortens what came for an error.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
