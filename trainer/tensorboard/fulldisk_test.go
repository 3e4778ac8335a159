package tensorboard_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/trainer/tensorboard"
)

// The test binary is also the helper process that runs into a full disk.
const fullDiskEnv = "TENSORBOARD_TEST_FULL_DISK"

func TestMain(m *testing.M) {
	if dir := os.Getenv(fullDiskEnv); dir != "" {
		helperFullDisk(dir)
		return
	}
	os.Exit(m.Run())
}

// helperFullDisk writes into a file that the kernel lets grow to 10,000 bytes.
func helperFullDisk(dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 10_000, Max: 10_000}); err != nil {
		fmt.Println("setrlimit:", err)
		return
	}
	w, err := tensorboard.NewWriter(dir)
	fmt.Println(err)
	fmt.Println(w.Scalar("before", 1, 1))
	err = w.Text("large", 2, strings.Repeat("x", 20_000))
	fmt.Println(errors.Is(err, syscall.EFBIG))
	fmt.Println(w.Scalar("after", 3, 3))
	fmt.Println(w.Close())
}

func TestWriterFullDiskTakesTheEventBack(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fullDiskEnv+"="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, "<nil>\n<nil>\ntrue\n<nil>\n<nil>\n", string(out))
	var tags []string
	for _, e := range readAll(t, eventFiles(t, dir)[0])[2:] {
		tags = append(tags, e.Values[0].Tag)
	}
	require.Equal(t, []string{"before", "after"}, tags)
}
