package arrays_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/datasets/arrays"
	"multitorch/torch"
)

// numpy writes files by Python's numpy into a folder.
func numpy(t testing.TB, script string) string {
	dir := t.TempDir()
	python := "python3"
	if p := os.Getenv("PYTHON"); p != "" {
		python = p
	}
	cmd := exec.Command(python, "-c", "import numpy as np\n"+script)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return dir
}

func TestArrays(t *testing.T) {
	dir := numpy(t, `
x, y = np.arange(12, dtype="float32").reshape(4, 3), np.array([3, 1, 2, 0])
np.savez("both.npz", y=y, x=x)
np.savez_compressed("packed.npz", x=x, y=y, short=y[:3], zero=np.float32(1))
np.save("x.npy", x)
`)
	for _, c := range []struct {
		name  string
		names []string
		x     int
	}{{"both.npz", nil, 1}, {"both.npz", []string{"x", "y"}, 0}, {"packed.npz", []string{"y", "x"}, 1}, {"x.npy", nil, 0}} {
		set, err := arrays.Open(filepath.Join(dir, c.name), c.names...)
		require.NoError(t, err)
		require.Equal(t, 4, set.Len())
		loader, err := datasets.NewLoader(set, datasets.BatchSize(2))
		require.NoError(t, err)
		var got []float32
		for batch, err := range loader.All(t.Context()) {
			require.NoError(t, err)
			got = append(got, torch.ToSlice[float32](batch[c.x].Flatten(0, -1))...)
		}
		require.Equal(t, []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, got, c.name)
	}
	for want, open := range map[string][]string{
		"none.npz":                               {"none.npz"},
		"none.npy":                               {"none.npy"},
		`"z"`:                                    {"both.npz", "z"},
		"tensor 0 has 4 rows and tensor 1 has 3": {"packed.npz", "x", "short"},
		"has no dimensions":                      {"packed.npz", "zero"},
		"holds one array without a name":         {"x.npy", "x"},
		"ends in .npy or .npz":                   {"x.csv"},
	} {
		_, err := arrays.Open(filepath.Join(dir, open[0]), open[1:]...)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, open[0])
	}
}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "arrays")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "x.npy")
	if err := torch.SaveNpy(path, torch.Arange(0, 6, 1).View(3, 2)); err != nil {
		fmt.Println(err)
		return
	}
	set, err := arrays.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	row, err := set.Get(2)
	fmt.Println(set.Len(), torch.ToSlice[int](row[0]), err)
	// Output: 3 [4 5] <nil>
}
