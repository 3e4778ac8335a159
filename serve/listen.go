package serve

import (
	"net"
	"strings"
)

// listen listens on HOST:PORT. The name localhost is 127.0.0.1 without being looked up: a container without /etc/hosts doesn't
// know it.
func listen(addr string) (net.Listener, error) {
	if host, port, err := net.SplitHostPort(addr); err == nil && strings.EqualFold(host, "localhost") {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	return net.Listen("tcp", addr)
}
