package distributed

import (
	"fmt"
	"net"
	"strings"
)

// inUse reports whether c10d's error is that of a port in use.
func inUse(err error) bool {
	text := err.Error()
	return strings.Contains(text, "EADDRINUSE") || strings.Contains(text, "already in use") || strings.Contains(text, "errno: 98")
}

// address is this machine's on the way to the store, on which the other ranks reach it. (What the machine's name stands for,
// which PyTorch takes, is a loopback address on many, and then ranks on other machines can't.)
func (p *place) address() string {
	if p.file != "" || p.network != "" {
		return ""
	}
	c, err := net.Dial("udp", net.JoinHostPort(p.host, fmt.Sprint(p.port))) // sends nothing
	if err != nil {
		return ""
	}
	defer c.Close()
	host, _, err := net.SplitHostPort(c.LocalAddr().String())
	if err != nil {
		return ""
	}
	return host
}
