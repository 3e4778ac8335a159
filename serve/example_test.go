package serve_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"multitorch/serve"
)

// Double is an answer; its type says what the JSON looks like.
type Double struct {
	Twice float64 `json:"twice"`
}

func Example() {
	twice := func(_ context.Context, batch []float64) (answers []Double, err error) {
		for _, x := range batch {
			answers = append(answers, Double{2 * x})
		}
		return answers, nil
	}
	load := func(context.Context) (*serve.App, error) {
		app := serve.NewApp(serve.About{Title: "Twice a number"})
		serve.Handle(app, serve.Endpoint[float64, Double]{
			Path:   "/v1/double",
			Fields: []serve.Field{{Name: "x", Kind: serve.Number, Required: true}},
			Read:   func(_ context.Context, f *serve.Form) (float64, error) { return f.Number("x"), nil },
			Model:  serve.ModelFunc[float64, Double](twice),
		})
		return app, nil
	}
	s, err := serve.New(context.Background(), serve.Config{}, load) // a program calls serve.Run
	if err != nil {
		panic(err)
	}
	defer s.Close()
	web := httptest.NewServer(s)
	defer web.Close()
	for _, body := range []string{`{"x": 21}`, `{"x": "many"}`} {
		answer, err := http.Post(web.URL+"/v1/double", "application/json", strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		fmt.Print(answer.StatusCode, " ", string(text))
	}
	// Output:
	// 200 {"twice":42}
	// 422 {"error":{"field":"x","message":"expected a number"}}
}
