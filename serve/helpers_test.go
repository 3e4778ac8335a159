package serve_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/serve"
)

// Length is what the tests' app answers.
type Length struct {
	Bytes int     `json:"bytes"`
	Scale float64 `json:"scale"`
	From  string  `json:"from"`
}

// sample is what it sees.
type sample struct {
	text  string
	scale float64
	file  []byte
}

// lengths is an app that measures its text. model is told of each batch.
func lengths(name string, b serve.Batching, model func(ctx context.Context, batch []sample) error) *serve.App {
	app := serve.NewApp(serve.About{Title: "Lengths", Model: name})
	serve.Handle(app, serve.Endpoint[sample, Length]{
		Path: "/v1/length", Summary: "How long a text is.",
		Fields: []serve.Field{
			{Name: "text", Kind: serve.Text, Required: true, MaxText: 100},
			{Name: "scale", Kind: serve.Number},
			{Name: "unit", Kind: serve.Choice, Values: []string{"bytes", "words"}},
			{Name: "picture", Kind: serve.Picture},
		},
		Query:    []serve.Field{{Name: "top", Kind: serve.Integer, Min: 1, Max: 9}},
		Batching: b,
		Read: func(_ context.Context, f *serve.Form) (sample, error) {
			if f.Text("text") == "unreadable" {
				return sample{}, serve.Unusable("text", errors.New("it can't be read"))
			}
			return sample{f.Text("text"), f.Number("scale"), f.File("picture").Data}, nil
		},
		Model: serve.ModelFunc[sample, Length](func(ctx context.Context, batch []sample) (out []Length, err error) {
			if model != nil {
				if err := model(ctx, batch); err != nil {
					return nil, err
				}
			}
			for _, s := range batch {
				out = append(out, Length{len(s.text) + len(s.file), s.scale, name})
			}
			return out, nil
		}),
		Example: Length{},
		Answer: func(r *http.Request, _ *serve.Form, out Length) (any, error) {
			_, err := serve.QueryInt(r, serve.Field{Name: "top", Min: 1, Max: 9}, 3)
			return out, err
		},
	})
	return app
}

func loading(app *serve.App) func(context.Context) (*serve.App, error) {
	return func(context.Context) (*serve.App, error) { return app, nil }
}

var quiet = slog.New(slog.DiscardHandler)

// served is an app behind a server of its own.
func served(t testing.TB, c serve.Config, app *serve.App) (*serve.Server, *httptest.Server) {
	c.Log = quiet
	s, err := serve.New(t.Context(), c, loading(app))
	require.NoError(t, err)
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		s.Close()
	})
	return s, web
}

// answered is what came back.
type answered struct {
	status int
	body   string
	header http.Header
}

// client keeps a connection for each of many goroutines.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}

func do(t testing.TB, r *http.Request) answered {
	t.Helper()
	answer, err := client.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answered{answer.StatusCode, strings.TrimSpace(string(body)), answer.Header}
}

func post(t testing.TB, url, contentType string, body io.Reader) answered {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	require.NoError(t, err)
	r.Header.Set("Content-Type", contentType)
	return do(t, r)
}

func postJSON(t testing.TB, url, body string) answered {
	t.Helper()
	return post(t, url, "application/json", strings.NewReader(body))
}

func get(t testing.TB, url string) answered {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	return do(t, r)
}

// form is a multipart form of fields in order; a value that begins with @ is a file's content.
func form(t testing.TB, fields ...[2]string) (contentType string, body *bytes.Buffer) {
	t.Helper()
	body = new(bytes.Buffer)
	w := multipart.NewWriter(body)
	for _, f := range fields {
		if content, isFile := strings.CutPrefix(f[1], "@"); isFile {
			part, err := w.CreateFormFile(f[0], "a.png")
			require.NoError(t, err)
			_, err = io.WriteString(part, content)
			require.NoError(t, err)
			continue
		}
		require.NoError(t, w.WriteField(f[0], f[1]))
	}
	require.NoError(t, w.Close())
	return w.FormDataContentType(), body
}
