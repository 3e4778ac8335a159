// Package rendezvous has a C++ header, and is a package so that vendoring copies it.
package rendezvous
