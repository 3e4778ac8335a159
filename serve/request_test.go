package serve_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/serve"
)

func TestRequests(t *testing.T) {
	t.Parallel()
	_, web := served(t, serve.Config{}, lengths("a", serve.Batching{}, nil))
	url := web.URL + "/v1/length"
	for body, want := range map[string]string{
		`{"text": "äbc"}`:                                  `{"bytes":4,"scale":0,"from":"a"}`,
		`{"text": "", "scale": -1.5e3}`:                    `{"bytes":0,"scale":-1500,"from":"a"}`,
		`{"unit": "words", "text": "x"}`:                   `{"bytes":1,"scale":0,"from":"a"}`,
		`{"text": "x", "picture": "AAECAw=="}`:             `{"bytes":5,"scale":0,"from":"a"}`,
		` { "text" : "\u00e4\n\"" , "scale" : 0 } ` + "\n": `{"bytes":4,"scale":0,"from":"a"}`,
	} {
		got := postJSON(t, url, body)
		require.Equal(t, 200, got.status, got.body)
		require.Equal(t, want, got.body)
		require.Equal(t, "application/json", got.header.Get("Content-Type"))
	}
	contentType, multipart := form(t, [2]string{"picture", "@0123456789"}, [2]string{"text", "äbc"}, [2]string{"scale", " 2 "})
	got := post(t, url, contentType, multipart)
	require.Equal(t, `{"bytes":14,"scale":2,"from":"a"}`, got.body)
}

// A form that is cut anywhere is no form: a part less would be another request.
func TestFormsThatAreCutShort(t *testing.T) {
	t.Parallel()
	_, web := served(t, serve.Config{}, lengths("a", serve.Batching{}, nil))
	contentType, body := form(t, [2]string{"text", "äbc"}, [2]string{"picture", "@0123456789"}, [2]string{"scale", " 2 "})
	whole := body.String()
	for n := range len(whole) {
		got := post(t, web.URL+"/v1/length", contentType, strings.NewReader(whole[:n]))
		if n >= len(whole)-len("\r\n") { // its end is there
			require.Equal(t, 200, got.status)
			continue
		}
		require.Equal(t, 400, got.status, "%q: %s", whole[:n], got.body)
		requireFailure(t, got, "", "multipart form: ")
	}
}

func TestCompressedBodies(t *testing.T) {
	t.Parallel()
	_, web := served(t, serve.Config{}, lengths("a", serve.Batching{}, nil))
	r, err := http.NewRequest(http.MethodPost, web.URL+"/v1/length", strings.NewReader(`{"text": "x"}`))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Encoding", "gzip")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, 415, answer.StatusCode)
}

// Whatever is wrong with a request, the answer is JSON that says so, and names the field.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	_, web := served(t, serve.Config{Limits: serve.Limits{MaxBody: 2000}}, lengths("a", serve.Batching{}, nil))
	url := web.URL + "/v1/length"
	long := strings.Repeat("x", 101)
	for name, c := range map[string]struct {
		body   string
		status int
		field  string
		says   string
	}{
		"nothing":         {``, 400, "", "JSON: it is cut short"},
		"cut short":       {`{"text": "x"`, 400, "", "JSON: it is cut short"},
		"cut in a string": {`{"text": "x`, 400, "", "JSON: it is cut short"},
		"a list":          {`["x"]`, 400, "", "expected an object"},
		"two objects":     {`{"text": "x"} {}`, 400, "", "something comes after"},
		"rubbish":         {`{"text": x}`, 400, "", "JSON: invalid character"},
		"no field":        {`{}`, 422, "text", "missing: expected a text"},
		"another field":   {`{"text": "x", "txet": 1}`, 422, "txet", "there is no such field"},
		"twice":           {`{"text": "x", "text": "y"}`, 422, "text", "the field is there twice"},
		"a number":        {`{"text": 1}`, 422, "text", "expected a string"},
		"null":            {`{"text": null}`, 422, "text", "expected a string"},
		"too long":        {`{"text": "` + long + `"}`, 422, "text", "101 bytes of text: expected at most 100"},
		"no UTF-8":        {"{\"text\": \"\xff\"}", 422, "text", "expected UTF-8"},
		"a text":          {`{"text": "x", "scale": "1"}`, 422, "scale", "expected a number"},
		"no number":       {`{"text": "x", "scale": null}`, 422, "scale", "expected a number"},
		"infinite":        {`{"text": "x", "scale": 1e999}`, 422, "scale", "expected a number"},
		"no choice":       {`{"text": "x", "unit": "miles"}`, 422, "unit", `"miles": expected one of ["bytes" "words"]`},
		"no base64":       {`{"text": "x", "picture": "?"}`, 422, "picture", "expected a file as a base64 string"},
		"empty file":      {`{"text": "x", "picture": ""}`, 422, "picture", "the file is empty"},
		"unreadable":      {`{"text": "unreadable"}`, 422, "text", "it can't be read"},
		"large":           {`{"text": "` + strings.Repeat("x", 2000) + `"}`, 413, "", "expected at most 2000 bytes"},
		"deep":            {strings.Repeat("[", 1500), 400, "", "expected an object"},
	} {
		got := postJSON(t, url, c.body)
		require.Equal(t, c.status, got.status, "%s: %s", name, got.body)
		requireFailure(t, got, c.field, c.says)
	}
	contentType, _ := form(t)
	for name, c := range map[string]struct {
		fields [][2]string
		field  string
		says   string
	}{
		"no field":       {nil, "text", "missing"},
		"another field":  {[][2]string{{"text", "x"}, {"a b", "x"}}, "a b", "there is no such field"},
		"twice":          {[][2]string{{"text", "x"}, {"text", "x"}}, "text", "the field is there twice"},
		"no number":      {[][2]string{{"text", "x"}, {"scale", "NaN"}}, "scale", "expected a finite number"},
		"no number less": {[][2]string{{"text", "x"}, {"scale", "one"}}, "scale", `"one": expected a number`},
		"no UTF-8":       {[][2]string{{"text", "\xff"}}, "text", "expected UTF-8"},
		"empty file":     {[][2]string{{"text", "x"}, {"picture", "@"}}, "picture", "the file is empty"},
		"too long":       {[][2]string{{"text", long}}, "text", "expected at most 100"},
	} {
		contentType, body := form(t, c.fields...)
		got := post(t, url, contentType, body)
		require.Equal(t, 422, got.status, "%s: %s", name, got.body)
		requireFailure(t, got, c.field, c.says)
	}
	got := post(t, url, contentType, strings.NewReader("--no such boundary"))
	require.Equal(t, 400, got.status, got.body)
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "a/b/c; ;"} {
		got := post(t, url, kind, strings.NewReader("text=x"))
		require.Contains(t, []int{400, 415}, got.status, kind)
		requireFailure(t, got, "", "expected")
	}
	got = postJSON(t, url+"?top=0", `{"text": "x"}`)
	require.Equal(t, 400, got.status)
	requireFailure(t, got, "top", "expected one whole number from 1 to 9")
	got = postJSON(t, url+"?tpo=1", `{"text": "x"}`)
	require.Equal(t, 400, got.status)
	requireFailure(t, got, "tpo", "there is no such parameter")
	got = postJSON(t, url+"?top=%zz", `{"text": "x"}`)
	require.Equal(t, 400, got.status)
	requireFailure(t, got, "", "invalid URL escape")
	got = get(t, url)
	require.Equal(t, 405, got.status)
	require.Equal(t, "POST", got.header.Get("Allow"))
	requireFailure(t, got, "", "GET of /v1/length: expected POST")
	for _, path := range []string{"/v1/nothing", "/nothing", "/favicon.ico", "/v1/"} {
		got = get(t, web.URL+path)
		require.Equal(t, 404, got.status, path)
		requireFailure(t, got, "", "there is no "+path+": /openapi.json")
	}
	require.Equal(t, 404, get(t, web.URL+"//v1/../nothing").status, "after a redirect")
}

func requireFailure(t *testing.T, got answered, field, says string) {
	t.Helper()
	var body struct {
		Error struct{ Field, Message string }
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &body), got.body)
	require.Equal(t, field, body.Error.Field, got.body)
	require.Contains(t, body.Error.Message, says)
	require.NotContains(t, got.body, "goroutine")
}

// A client that sends slowly, or stops, is let go of, and nobody else waits for it.
func TestSlowClient(t *testing.T) {
	t.Parallel()
	_, web := served(t, serve.Config{Limits: serve.Limits{ReadTime: time.Second}}, lengths("a", serve.Batching{}, nil))
	slow, feed := io.Pipe()
	defer feed.Close()
	go func() { _, _ = feed.Write([]byte(`{"text": "x`)) }()
	done := make(chan answered)
	go func() { done <- post(t, web.URL+"/v1/length", "application/json", slow) }()
	require.Equal(t, 200, postJSON(t, web.URL+"/v1/length", `{"text": "x"}`).status)
	got := <-done
	require.Equal(t, http.StatusRequestTimeout, got.status, got.body)
}

// Bodies together take no more than there is room for, and those that come slowly only what has come of them.
func TestBodiesHaveABudget(t *testing.T) {
	t.Parallel()
	_, web := served(t, serve.Config{Limits: serve.Limits{MaxBody: 1000, MaxBodies: 1500}}, lengths("a", serve.Batching{}, nil))
	large := `{"text": "x"` + strings.Repeat(" ", 600)
	done := make(chan answered)
	var feeds []io.WriteCloser
	begin := func(n int, text string) {
		for range n {
			slow, feed := io.Pipe()
			feeds = append(feeds, feed)
			go func() { done <- post(t, web.URL+"/v1/length", "application/json", slow) }()
			_, err := io.WriteString(feed, text)
			require.NoError(t, err)
		}
	}
	begin(2, large[:12])
	require.Equal(t, 200, postJSON(t, web.URL+"/v1/length", large+"}").status, "those could send 2000 bytes, and sent 24")
	begin(6, large)
	for range 4 { // as there is room for two
		got := <-done
		require.Equal(t, 503, got.status, got.body)
		require.Equal(t, "1", got.header.Get("Retry-After"))
	}
	require.Equal(t, 200, postJSON(t, web.URL+"/v1/length", `{"text": "small"}`).status)
	for _, feed := range feeds {
		_, _ = io.WriteString(feed, "}") // who was refused takes no more
		feed.Close()
	}
	for range 4 {
		require.Equal(t, 200, (<-done).status)
	}
	require.Equal(t, 200, postJSON(t, web.URL+"/v1/length", large+"}").status)
}

// No body makes the server fail, or answer with anything but JSON.
func FuzzBodies(f *testing.F) {
	contentType, body := form(f, [2]string{"text", "x"}, [2]string{"scale", "2"}, [2]string{"picture", "@12"})
	f.Add(contentType, body.Bytes())
	f.Add("application/json", []byte(`{"text": "x", "scale": 1, "picture": "`+base64.StdEncoding.EncodeToString([]byte{1})+`"}`))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nx"))
	f.Add("application/json; charset=utf-16", []byte("{}"))
	s, err := serve.New(f.Context(), serve.Config{Log: quiet, Limits: serve.Limits{MaxBody: 1 << 16}},
		loading(lengths("a", serve.Batching{}, nil)))
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/v1/length", bytes.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.NotEqual(t, 500, w.Code, w.Body)
		require.True(t, json.Valid(w.Body.Bytes()), w.Body)
	})
}
