package folder_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/folder"
)

func tree(t testing.TB, names ...string) string {
	dir := t.TempDir()
	for _, name := range names {
		path := dir + "/" + name
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		if !strings.HasSuffix(name, "/") {
			require.NoError(t, os.WriteFile(path, nil, 0o644))
		}
	}
	return dir
}

// torchvision's make_dataset, on the same tree.
const imageFolder = `
import os, sys
root = sys.argv[1]
for number, name in enumerate(sorted(e.name for e in os.scandir(root) if e.is_dir())):
    for folder, _, files in sorted(os.walk(os.path.join(root, name), followlinks=True)):
        for file in sorted(files):
            if file.lower().endswith((".jpg", ".png")):
                print(os.path.join(folder, file), number)
`

func TestOrderIsImageFolders(t *testing.T) {
	dir := tree(t, "b/2.png", "b/10.PNG", "b/a-b/x.jpg", "b/a/z.jpg", "b/a/y/q.png", "a/ä.png", "a/z.png", "a/A.png", "b/no.txt", "b/ab/x.png")
	require.NoError(t, os.Symlink(filepath.Join(dir, "a"), filepath.Join(dir, "b", "link")))
	python := "python3"
	if p := os.Getenv("PYTHON"); p != "" {
		python = p
	}
	want, err := exec.Command(python, "-c", imageFolder, dir).Output()
	require.NoError(t, err)
	f, err := folder.Open(dir, ".jpg", ".png")
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, f.Classes)
	var got strings.Builder
	for i := range f.Len() {
		file, err := f.Get(i)
		require.NoError(t, err)
		fmt.Fprintln(&got, file.Path, file.Class)
	}
	require.Equal(t, string(want), got.String())
	_, err = f.Get(f.Len())
	require.ErrorContains(t, err, "expected an index from 0 to")
}

func TestTreesThatAreWrong(t *testing.T) {
	loop := tree(t, "a/x.png")
	require.NoError(t, os.Symlink(loop, filepath.Join(loop, "a", "back")))
	dangling := tree(t, "a/x.png")
	require.NoError(t, os.Symlink("/no/such", filepath.Join(dangling, "a", "gone.png")))
	for dir, want := range map[string]string{
		tree(t):                     "has no folders in it",
		tree(t, "a/", "b/x.png"):    "a has no file that ends in",
		tree(t, "a/x.png", "y.png"): "y.png lies beside the folders of the classes",
		"/no/such/folder":           "no such file",
		loop:                        "a/back/a is the same folder as one that it lies in: is there a link that leads back?",
		dangling:                    "gone.png",
	} {
		_, err := folder.Open(dir, folder.Images...)
		require.ErrorContains(t, err, want)
	}
}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "pets")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"cats/tom.png", "dogs/pluto.png"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			fmt.Println(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			fmt.Println(err)
		}
	}
	pets, err := folder.Open(dir, folder.Images...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range pets.Files {
		fmt.Println(filepath.Base(f.Path), pets.Classes[f.Class])
	}
	// Output:
	// tom.png cats
	// pluto.png dogs
}
