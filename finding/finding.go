// Package finding judges facts by rules and targets (问题线索).
package finding
