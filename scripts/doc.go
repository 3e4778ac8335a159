// Package scripts has no code of its own: it stands beside the set-up scripts so that their tests run
// with all others.
package scripts
