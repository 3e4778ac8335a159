// Package serve answers requests over HTTP by models that work on batches.
//
// A [Model] answers several samples at once. An [Endpoint] says how a request becomes a sample, an [App] is the endpoints that
// are loaded together and replaced together, and [Run] serves an app until its context ends:
//
//	load := func(context.Context) (*serve.App, error) {
//		app := serve.NewApp(serve.About{Title: "Twice a number"})
//		serve.Handle(app, serve.Endpoint[float64, Answer]{
//			Path:   "/v1/double",
//			Fields: []serve.Field{{Name: "x", Kind: serve.Number, Required: true}},
//			Read:   func(_ context.Context, f *serve.Form) (float64, error) { return f.Number("x"), nil },
//			Model:  serve.ModelFunc[float64, Answer](double),
//		})
//		return app, nil
//	}
//	err := serve.Run(ctx, serve.Config{Addr: "localhost:8080"}, load)
//
// Requests are JSON objects or multipart forms with the endpoint's fields; files are base64 in JSON and parts of a form.
// What a client did wrong is a 4xx whose body names the field: {"error": {"field": "x", "message": "…"}}. Beyond what fits
// into the queue a request is told so at once, with 503 and Retry-After, before its body is read.
//
// Beside the endpoints there are GET /healthz (the process lives), /readyz (requests are wanted), /metrics (Prometheus),
// /openapi.json, /v1/model (what is served, and its fields) and / (a page on which people try it).
//
// The package knows nothing of tensors: a panic of a model is the error of its requests.
package serve
