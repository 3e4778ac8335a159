package serve_test

import (
	"context"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"multitorch/serve"
)

// The answers of the page's test, as the command's endpoints give them.
type (
	pageAnswers struct {
		Answers []pageAnswer `json:"answers"`
	}
	pageAnswer struct {
		Answer      string  `json:"answer"`
		Probability float64 `json:"probability"`
	}
	pageText struct {
		Text     string        `json:"text"`
		Segments []pageSegment `json:"segments"`
	}
	pageSegment struct {
		Start float64 `json:"start"`
		End   float64 `json:"end"`
		Text  string  `json:"text"`
	}
	pageHits struct {
		Hits []pageHit `json:"hits"`
	}
	pageHit struct {
		ID    int     `json:"id"`
		Text  string  `json:"text"`
		Score float64 `json:"score"`
	}
)

// hostile is a name as an attacker may give it to a class, a file or a column.
const hostile = `<img src=x onerror="document.title='hacked'">`

// handle adds an endpoint that answers every form alike, after it has seen that what the page sends is right.
func handle[Out any](app *serve.App, path, summary string, answer Out, fields ...serve.Field) {
	serve.Handle(app, serve.Endpoint[*serve.Form, Out]{
		Path: path, Summary: summary, Fields: fields,
		Read: func(_ context.Context, f *serve.Form) (*serve.Form, error) { return f, nil },
		Model: serve.ModelFunc[*serve.Form, Out](func(_ context.Context, batch []*serve.Form) ([]Out, error) {
			out := make([]Out, len(batch))
			for i := range out {
				out[i] = answer
			}
			return out, nil
		}),
	})
}

func everyTask() *serve.App {
	app := serve.NewApp(serve.About{Title: "Every task", Model: "runs/" + hostile, Details: map[string]any{"epoch": 12, "model": hostile}})
	picture := serve.Field{Name: "image", Kind: serve.Picture, Required: true, Label: "Picture", Help: "Of anything."}
	text := serve.Field{Name: "text", Kind: serve.Text, Required: true, Label: "Text", Example: "grinning face"}
	likely := pageAnswers{[]pageAnswer{{"Smileys", 0.875}, {hostile, 0.1}, {"Flags", 0.025}}}
	handle(app, "/v1/classify", "Which class a picture and a text are.", likely, picture, text,
		serve.Field{Name: "size", Kind: serve.Number, Label: "Size"},
		serve.Field{Name: "kind", Kind: serve.Choice, Values: []string{"one", hostile}})
	handle(app, "/v1/ask", "Answers a question about a picture.", likely, picture, text, serve.Field{Name: "before", Kind: serve.Text})
	handle(app, "/v1/transcribe", "Writes what is said.",
		pageText{"Login incorrect.", []pageSegment{{0, 1.5, "Login"}, {1.5, 2, "incorrect."}}},
		serve.Field{Name: "audio", Kind: serve.Sound, Required: true, Label: "Recording"})
	handle(app, "/v1/search", "Finds what means most like a text.",
		pageHits{[]pageHit{{3, "a red fruit", 0.8}, {1, hostile, 0.2}}}, text)
	return app
}

// browser is a tab of Chromium's, which needs MULTITORCH_CHROMIUM: make page sets it.
func browser(t *testing.T) context.Context {
	path := os.Getenv("MULTITORCH_CHROMIUM")
	if path == "" {
		t.Skip("no MULTITORCH_CHROMIUM: make page tries the page in a browser")
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.NoSandbox, chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.WSURLReadTimeout(2*time.Minute))...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(stop)
	return ctx
}

// shot is kept where MULTITORCH_SHOTS says, for people to look at.
func shot(name string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		var b []byte
		dir := os.Getenv("MULTITORCH_SHOTS")
		if err := chromedp.FullScreenshot(&b, 100).Do(ctx); err != nil || dir == "" {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name+".png"), b, 0o600)
	})
}

func TestPage(t *testing.T) {
	_, web := served(t, serve.Config{}, everyTask())
	ctx := browser(t)
	var wrong []string
	chromedp.ListenTarget(ctx, func(e any) {
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			wrong = append(wrong, e.ExceptionDetails.Error())
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError {
				wrong = append(wrong, string(e.Args[0].Value))
			}
		}
	})
	picture := filepath.Join(t.TempDir(), "a picture.png")
	f, err := os.Create(picture)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, image.NewGray(image.Rect(0, 0, 64, 48))))
	require.NoError(t, f.Close())
	var title, answer, status, focus, unnamed string
	var scroll, width int
	enter := chromedp.KeyEvent(kb.Enter)
	answered := chromedp.WaitVisible(`#answer li`, chromedp.ByQuery)
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(1200, 900), chromedp.Navigate(web.URL), chromedp.WaitVisible(`#fields textarea`, chromedp.ByQuery),
		// By the keyboard alone: what is missing is said, and its field gets the focus.
		chromedp.Focus(`#fields textarea`, chromedp.ByQuery), chromedp.KeyEvent("grinning face"), enter,
		chromedp.WaitVisible(`#field-0-problem`, chromedp.ByQuery), chromedp.Evaluate(`document.activeElement.id`, &focus),
		chromedp.Text(`#status`, &status, chromedp.ByQuery), shot("missing"),
	))
	require.Equal(t, "field-0", focus)
	require.Equal(t, "missing: expected a picture", status)
	require.NoError(t, chromedp.Run(ctx,
		chromedp.SetUploadFiles(`#field-0`, []string{picture}, chromedp.ByQuery), chromedp.WaitVisible(`.drop img`, chromedp.ByQuery),
		chromedp.Focus(`#fields textarea`, chromedp.ByQuery), enter, answered,
		chromedp.Text(`#answer`, &answer, chromedp.ByQuery), chromedp.Title(&title), shot("classify-wide"),
		// Each control has a name for those who hear the page.
		chromedp.Evaluate(`[...document.querySelectorAll("input, textarea, select, button")].filter((e) =>
			!(e.textContent.trim() || e.labels?.length || e.getAttribute("aria-label"))).map((e) => e.id).join()`, &unnamed),
	))
	require.Contains(t, answer, "Smileys\n87.5 %")
	require.Contains(t, answer, hostile)
	require.Equal(t, "Every task", title)
	require.Empty(t, unnamed)

	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(340, 700, chromedp.EmulateMobile), shot("classify-narrow"),
		chromedp.Evaluate(`document.documentElement.scrollWidth`, &scroll), chromedp.Evaluate(`window.innerWidth`, &width),
	))
	require.LessOrEqual(t, scroll, width, "the page is wider than a narrow screen")

	dark := emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}})
	require.NoError(t, chromedp.Run(ctx, chromedp.EmulateViewport(1200, 900), dark, shot("classify-dark"),
		// A dialogue keeps what was asked.
		chromedp.Click(`#tabs button:nth-child(2)`, chromedp.ByQuery),
		chromedp.SetUploadFiles(`#field-0`, []string{picture}, chromedp.ByQuery),
		chromedp.SendKeys(`#field-1`, "what is it?", chromedp.ByQuery), enter, answered,
		chromedp.SendKeys(`#field-1`, "and now?", chromedp.ByQuery), enter, chromedp.WaitVisible(`.talk`, chromedp.ByQuery),
		chromedp.Text(`.talk`, &answer, chromedp.ByQuery), shot("ask-dark"),
	))
	require.Equal(t, "what is it?\n\nSmileys", answer)

	require.NoError(t, chromedp.Run(ctx,
		// Speaking: the browser's own microphone, which beeps, as WAV.
		chromedp.Click(`#tabs button:nth-child(3)`, chromedp.ByQuery), chromedp.Click(`.drop button`, chromedp.ByQuery),
		chromedp.WaitVisible(`.drop button[aria-pressed=true]`, chromedp.ByQuery), chromedp.Sleep(time.Second),
		chromedp.Click(`.drop button`, chromedp.ByQuery), chromedp.WaitVisible(`.drop audio`, chromedp.ByQuery),
		chromedp.Click(`#send`, chromedp.ByQuery), answered, chromedp.Text(`#answer`, &answer, chromedp.ByQuery), shot("transcribe-dark"),
	))
	require.Contains(t, answer, "Login incorrect.")
	require.NoError(t, chromedp.Run(ctx,
		chromedp.Click(`#tabs button:nth-child(4)`, chromedp.ByQuery), chromedp.SendKeys(`#field-0`, "fruit", chromedp.ByQuery), enter, answered,
		chromedp.Text(`#answer`, &answer, chromedp.ByQuery), chromedp.Title(&title), shot("search-dark"),
	))
	require.Contains(t, answer, "a red fruit\n0.800")
	require.Equal(t, "Every task", title)
	require.Empty(t, wrong, "what the browser's console says")
}

// The page's files come with their types, and nothing else is given out.
func TestPageFiles(t *testing.T) {
	t.Parallel()
	_, web := served(t, serve.Config{}, everyTask())
	for path, kind := range map[string]string{
		"/": "text/html", "/page.css": "text/css", "/page.js": "text/javascript", "/record.js": "text/javascript",
	} {
		got := get(t, web.URL+path)
		require.Equal(t, http.StatusOK, got.status)
		require.Contains(t, got.header.Get("Content-Type"), kind)
		require.Contains(t, got.header.Get("Content-Security-Policy"), "script-src 'self'")
		require.NotContains(t, got.body, "http://")
		require.NotContains(t, got.body, "https://")
		require.NotContains(t, got.body, "innerHTML")
	}
	require.Equal(t, 404, get(t, web.URL+"/page/../server.go").status)
}
