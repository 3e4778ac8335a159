package serve

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// QueryInt is an integer of the URL's query, or standard where it is not there. An error names the parameter.
func QueryInt(r *http.Request, f Field, standard int) (int, error) {
	values := r.URL.Query()[f.Name]
	switch len(values) {
	case 0:
		return standard, nil
	case 1:
		if n, err := strconv.Atoi(values[0]); err == nil && n >= f.Min && n <= f.Max {
			return n, nil
		}
	}
	return 0, &FieldError{Field: f.Name, Err: fmt.Errorf("%q: expected one whole number from %d to %d", values, f.Min, f.Max), Status: 400}
}

// checkQuery refuses parameters that an endpoint doesn't know: a mistyped one would be left out in silence.
func checkQuery(r *http.Request, known []Field) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return refuse(http.StatusBadRequest, "the URL's query: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.ContainsFunc(known, func(f Field) bool { return f.Name == name }) {
			return &FieldError{Field: clip(name), Err: errors.New("there is no such parameter"), Status: http.StatusBadRequest}
		}
	}
	return nil
}
