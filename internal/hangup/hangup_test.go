package hangup_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/hangup"
	"multitorch/internal/kills"
	"multitorch/torch"
)

func TestMain(m *testing.M) {
	if os.Getenv("HANGUP_TEST") == "" {
		kills.HeedSignals()
		os.Exit(m.Run())
	}
	// With libtorch, whose libraries take signals over.
	hangup.Restore()
	fmt.Println(torch.Ones(torch.Shape{1}).Item(), signal.Ignored(syscall.SIGHUP), signal.Ignored(syscall.SIGINT))
}

// nohup starts a program with SIGHUP ignored.
func TestIgnoredAtTheStart(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	for script, want := range map[string]string{
		`exec "$0"`:              "1 false false\n",
		`trap "" HUP; exec "$0"`: "1 true false\n",
		`trap "" INT; exec "$0"`: "1 false true\n",
	} {
		cmd := exec.Command("sh", "-c", script, self)
		cmd.Env = append(os.Environ(), "HANGUP_TEST=1")
		said, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", said)
		require.Equal(t, want, string(said), script)
	}
}
