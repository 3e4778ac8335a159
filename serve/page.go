package serve

import (
	"embed"
	"net/http"
)

//go:embed page
var page embed.FS

// pages are the files of the page, by their paths.
func pages(mux *http.ServeMux) {
	for _, f := range []struct{ path, name, kind string }{
		{"/{$}", "index.html", "text/html; charset=utf-8"},
		{"/page.css", "page.css", "text/css; charset=utf-8"},
		{"/page.js", "page.js", "text/javascript; charset=utf-8"},
		{"/record.js", "record.js", "text/javascript; charset=utf-8"},
	} {
		content, err := page.ReadFile("page/" + f.name)
		if err != nil {
			panic(err) // it is embedded
		}
		mux.HandleFunc("GET "+f.path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", f.kind)
			w.Header().Set("Cache-Control", "no-cache")
			_, _ = w.Write(content)
		})
	}
}
