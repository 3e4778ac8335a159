package source

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// Offered is the file that "apt-get download" would bring of a package on this system, "name_version_all.deb", by the lists
// of packages that it has. Nothing is fetched.
func Offered(ctx context.Context, spec string) (file string, err error) {
	said, err := exec.CommandContext(ctx, "apt-get", "download", "--print-uris", spec).Output()
	if err != nil {
		return "", fmt.Errorf("apt-get knows no package %s: %w", spec, err)
	}
	// 'http://.../name_version_all.deb' name_version_all.deb 80872956 SHA256:...
	for line := range strings.Lines(string(said)) {
		if fields := strings.Fields(line); len(fields) >= 3 && strings.HasPrefix(fields[0], "'") {
			return fields[1], nil
		}
	}
	return "", fmt.Errorf("apt-get does not say what file the package %s is", spec)
}
