package serve_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/stretchr/testify/require"

	"multitorch/serve"
)

// The description is one by its own rules, has all routes and no other, and what it says of requests and answers is so.
func TestDescription(t *testing.T) {
	t.Parallel()
	_, web := served(t, serve.Config{}, lengths("a", serve.Batching{}, nil))
	document, err := openapi3.NewLoader().LoadFromData([]byte(get(t, web.URL+"/openapi.json").body))
	require.NoError(t, err)
	require.NoError(t, document.Validate(t.Context()))
	document.Servers = openapi3.Servers{{URL: web.URL}}
	router, err := legacy.NewRouter(document)
	require.NoError(t, err)

	contentType, multipart := form(t, [2]string{"text", "x"}, [2]string{"picture", "@12"}, [2]string{"scale", "2"})
	cases := []struct {
		method, path, contentType, body string
		status                          int
		allowed                         bool // by the description
	}{
		{"GET", "/healthz", "", "", 200, true},
		{"GET", "/readyz", "", "", 200, true},
		{"GET", "/openapi.json", "", "", 200, true},
		{"GET", "/v1/model", "", "", 200, true},
		{"GET", "/metrics", "", "", 200, true},
		{"POST", "/v1/length", "application/json", `{"text": "x", "scale": 1, "unit": "words", "picture": "AAECAw=="}`, 200, true},
		{"POST", "/v1/length?top=4", contentType, multipart.String(), 200, true},
		{"POST", "/v1/length?top=10", "application/json", `{"text": "x"}`, 400, false},
		{"POST", "/v1/length", "application/json", `{"text": "` + strings.Repeat("x", 101) + `"}`, 422, false},
		{"POST", "/v1/length", "application/json", `{"scale": 1}`, 422, false},
		{"POST", "/v1/length", "application/json", `{"text": "x", "scale": "1"}`, 422, false},
		{"POST", "/v1/length", "application/json", `{"text": "x", "more": "1"}`, 422, false},
		{"POST", "/v1/length", "application/json", `{"text": "x", "unit": "miles"}`, 422, false},
		{"POST", "/v1/length", "application/json", `{"text": "unreadable"}`, 422, true},
		{"POST", "/v1/length", "application/json", `{`, 400, false},
	}
	tried := map[string]bool{}
	for _, c := range cases {
		r, err := http.NewRequestWithContext(t.Context(), c.method, web.URL+c.path, strings.NewReader(c.body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", c.contentType)
		route, parameters, err := router.FindRoute(r)
		require.NoError(t, err, "%s is not described", c.path)
		tried[route.Path] = true
		input := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route, QueryParams: query(t, c.path)}
		if err := openapi3filter.ValidateRequest(t.Context(), input); c.allowed {
			require.NoError(t, err, c.body)
		} else {
			require.Error(t, err, c.body)
		}
		r.Body = io.NopCloser(strings.NewReader(c.body))
		got := do(t, r)
		require.Equal(t, c.status, got.status, got.body)
		require.NoError(t, openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: input, Status: got.status, Header: got.header, Body: io.NopCloser(bytes.NewReader([]byte(got.body))),
			Options: &openapi3filter.Options{IncludeResponseStatus: true},
		}), got.body)
	}
	for path := range document.Paths.Map() {
		require.True(t, tried[path], "%s is described, and was not tried", path)
	}
}

func query(t *testing.T, path string) url.Values {
	u, err := url.Parse(path)
	require.NoError(t, err)
	return u.Query()
}
