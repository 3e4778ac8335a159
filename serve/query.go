package serve

import (
	"fmt"
	"net/http"
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
