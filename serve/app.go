package serve

import (
	"net/http"
	"sync"
	"time"
)

// About is what an app says of itself at /v1/model, to the page and to people.
type About struct {
	Title   string         `json:"title"`
	Task    string         `json:"task,omitempty"`
	Model   string         `json:"model,omitempty"`   // which one, such as its file's name
	Details map[string]any `json:"details,omitempty"` // whatever else is known: epochs, figures
}

// App is endpoints that are loaded together and replaced together.
type App struct {
	About About
	// Close is called when the app was replaced, or the server ends, and no request uses it any more. It may be nil.
	Close func()

	endpoints []endpoint
	loaded    time.Time
	mux       *http.ServeMux
	running   []running
	used      sync.WaitGroup
}

// NewApp is an app without endpoints: [Handle] adds them.
func NewApp(about About) *App { return &App{About: about, loaded: time.Now()} }

// described is the body of /v1/model.
type described struct {
	About
	Loaded    time.Time          `json:"loaded"`
	Endpoints []describeEndpoint `json:"endpoints"`
}

type describeEndpoint struct {
	Path    string  `json:"path"`
	Summary string  `json:"summary"`
	Fields  []Field `json:"fields"`
	Query   []Field `json:"query"`
}

func (a *App) described() described {
	d := described{About: a.About, Loaded: a.loaded.UTC(), Endpoints: []describeEndpoint{}}
	for _, e := range a.endpoints {
		d.Endpoints = append(d.Endpoints, describeEndpoint{e.path, e.summary, filled(e.fields), filled(e.query)})
	}
	return d
}

// filled is a list that is none in JSON, and not null.
func filled(fields []Field) []Field {
	if fields == nil {
		return []Field{}
	}
	return fields
}

// start begins the workers and makes the routes.
func (a *App) start(s *Server) {
	a.mux = http.NewServeMux()
	for _, o := range s.operations(a) {
		a.mux.Handle(o.method+" "+o.pattern, s.metrics.counted(o))
	}
	pages(a.mux)
}

// stop ends the workers when the last request is done.
func (a *App) stop() {
	a.used.Wait()
	for _, r := range a.running {
		r.close()
	}
	if a.Close != nil {
		a.Close()
	}
}

// waiting is how many requests were let in.
func (a *App) waiting() (n int) {
	for _, r := range a.running {
		n += r.wait()
	}
	return n
}
