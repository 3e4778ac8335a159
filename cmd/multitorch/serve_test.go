package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// startServer runs "multitorch serve" and returns where it listens.
func startServer(t testing.TB, args ...string) (url string, r *exec.Cmd) {
	cmd := command(append([]string{"serve", "--addr", "localhost:0", "--log-level", "error"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	_, err = fmt.Fscanln(out, &url)
	require.NoError(t, err)
	return url, cmd
}

// send posts a form; values that begin with @ are files.
func send(t testing.TB, url string, fields ...string) (status int, body string) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for i := 0; i < len(fields); i += 2 {
		name, value := fields[i], fields[i+1]
		path, isFile := strings.CutPrefix(value, "@")
		if !isFile {
			require.NoError(t, w.WriteField(name, value))
			continue
		}
		part, err := w.CreateFormFile(name, "file")
		require.NoError(t, err)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		_, err = part.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	answer, err := http.Post(url, w.FormDataContentType(), &form)
	require.NoError(t, err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(b)
}

// A server answers as predict does, to the bit, alone and among others; what is wrong with a request is said by its field.
func TestServe(t *testing.T) {
	t.Parallel()
	path, image := checkpointOf(t, "concat"), picture(t)
	url, server := startServer(t, path)

	s, err := loadModel(path, torch.CPU)
	require.NoError(t, err)
	want, err := s.task.predict(s.model, inputs{image: media{path: image}, text: "grinning face"}, torch.CPU)
	require.NoError(t, err)
	done := make(chan string)
	for range 8 {
		go func() {
			_, body := send(t, url+"/v1/classify?top=10", "image", "@"+image, "text", "grinning face")
			done <- body
		}()
	}
	for range 8 {
		var got answers
		require.NoError(t, json.Unmarshal([]byte(<-done), &got))
		require.Len(t, got.Answers, len(want))
		for i, a := range got.Answers {
			require.Equal(t, want[i], guess{a.Answer, a.Probability})
		}
	}
	for _, c := range []struct {
		fields []string
		field  string
		says   string
	}{
		{[]string{"text", "grinning"}, "image", "missing"},
		{[]string{"image", "@" + image, "text", "!?"}, "text", "the text is empty"},
		{[]string{"image", "@" + path, "text", "grinning"}, "image", "expected an image"},
		{[]string{"image", "@" + image, "text", "grinning", "audio", "x"}, "audio", "there is no such field"},
	} {
		status, body := send(t, url+"/v1/classify", c.fields...)
		require.Equal(t, 422, status, body)
		require.Contains(t, body, fmt.Sprintf(`{"error":{"field":%q,"message":"`, c.field))
		require.Contains(t, body, c.says)
		require.NotContains(t, body, "--")
	}
	require.NoError(t, server.Process.Signal(syscall.SIGTERM))
	require.NoError(t, server.Wait())
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	refused("serve", t.TempDir()).requireError(t, failed, "expected a run's folder", "config.json")
	refused("serve", "x", "--max-pixels", "65").requireError(t, misused, "--max-pixels: expected 1 to 64")
	refused("serve", checkpointOf(t, "text"), "--addr", "localhost:0", "--admin", "0.0.0.0:0").requireError(t, failed, "can be reached from elsewhere")
}
