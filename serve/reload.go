package serve

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// watch loads the app anew when a watched file has changed, or on SIGHUP, until ctx ends.
func (s *Server) watch(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	if len(s.config.Watch) > 0 {
		signal.Notify(hangup, syscall.SIGHUP)
		defer signal.Stop(hangup)
	}
	seen := s.seen
	tick := time.NewTicker(cmp.Or(s.config.Every, 2*time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		case <-tick.C:
			// A file that is gone is about to come again: it is renamed into its place.
			if now := stamps(s.config.Watch); now == seen || strings.Contains(now, missing) {
				continue
			}
		}
		seen = stamps(s.config.Watch)
		_ = s.Reload(ctx) // is in the log
	}
}

const missing = "missing\n"

// stamps is text that changes when one of the files does.
func stamps(files []string) string {
	var b strings.Builder
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			b.WriteString(missing)
			continue
		}
		inode := uint64(0)
		if sys, ok := info.Sys().(*syscall.Stat_t); ok {
			inode = sys.Ino
		}
		fmt.Fprintln(&b, info.ModTime().UnixNano(), info.Size(), inode)
	}
	return b.String()
}

// listenAdmin listens on an address of this machine. It may be "".
func listenAdmin(addr string) (net.Listener, error) {
	if addr == "" {
		return nil, nil
	}
	listener, err := listen(addr)
	if err != nil {
		return nil, fmt.Errorf("serve: admin: %w", err)
	}
	if at := listener.Addr().(*net.TCPAddr); !at.IP.IsLoopback() {
		listener.Close()
		return nil, fmt.Errorf("serve: admin: %s can be reached from elsewhere: expected an address of this machine, such as localhost:8081", addr)
	}
	return listener, nil
}

// serveAdmin takes POST /reload until ctx ends.
func (s *Server) serveAdmin(ctx context.Context, listener net.Listener) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /reload", func(w http.ResponseWriter, r *http.Request) {
		if !isLocal(r.Host) { // a page elsewhere whose name was made to lead here
			writeError(w, refuse(http.StatusMisdirectedRequest, "the host %q: expected localhost", clip(r.Host)))
			return
		}
		if err := s.Reload(context.WithoutCancel(r.Context())); err != nil {
			writeError(w, refuse(http.StatusConflict, "the new model was refused, and the old one serves on: %v", err))
			return
		}
		a := s.take()
		defer a.used.Done()
		writeJSON(w, http.StatusOK, a.described())
	})
	admin := s.httpServer(http.NewCrossOriginProtection().Handler(mux))
	admin.WriteTimeout = 0 // a large model takes its time
	stop := context.AfterFunc(ctx, func() { admin.Close() })
	defer stop()
	_ = admin.Serve(listener)
}

// isLocal reports whether a Host header names this machine by a name that can't be anyone else's.
func isLocal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}
