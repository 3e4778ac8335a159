package source

import "testing"

// SetInstalledRoot makes another folder the one in which installed packages lie, until the test ends.
func SetInstalledRoot(t testing.TB, root string) {
	before := installedRoot
	t.Cleanup(func() { installedRoot = before })
	installedRoot = root
}
