package device

import (
	"context"
	"fmt"
	"sync"

	"zhixing/db"
	"zhixing/device/hj212"
	"zhixing/journal"
	"zhixing/observation"
)

// Registry is the devices of a county. It is safe for use by many goroutines; what connections ask of it is answered from
// memory, which Load fills.
type Registry struct {
	County string

	mu      sync.RWMutex
	byMN    map[hj212.MN]*Device // never changed, only replaced
	byID    map[ID]*Device
	version int
}

// NewRegistry is a registry that knows nobody until Load.
func NewRegistry(county string) *Registry {
	return &Registry{County: county, byMN: map[hj212.MN]*Device{}, byID: map[ID]*Device{}}
}

// Load reads the devices that are in use. Call it at the start, and after a transaction that changed some was committed.
func (r *Registry) Load(ctx context.Context, d *db.DB) error {
	var list []Device
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = r.devices(ctx, tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("device.Load: %w", err)
	}
	byMN, byID := map[hj212.MN]*Device{}, map[ID]*Device{}
	for i := range list {
		if list[i].Ended.IsZero() {
			byMN[list[i].MN] = &list[i]
			byID[list[i].ID] = &list[i]
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byMN, r.byID = byMN, byID
	r.version++
	return nil
}

// find is the device of a number; nil: nobody knows it. version changes when the registry does.
func (r *Registry) find(mn hj212.MN) (d *Device, version int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byMN[mn], r.version
}

func (r *Registry) findID(id ID) (d *Device, version int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byID[id], r.version
}

// Add registers a device. Call Load after the transaction.
func (r *Registry) Add(ctx context.Context, tx *db.Tx, o *observation.Observations, who string, d Device) (ID, error) {
	if err := d.check(o); err != nil {
		return 0, err
	}
	if o.Known != nil {
		known, err := o.Known(ctx, tx, d.Register, d.Entry)
		if err != nil {
			return 0, err
		}
		if !known {
			return 0, refuse(NotFound, "Add", "台账“%s”里没有“%s”。", d.Register, d.Entry)
		}
	}
	taken, err := r.mnTaken(ctx, tx, d.MN, 0)
	if err != nil {
		return 0, err
	}
	if taken {
		return 0, refuse(Conflict, "Add", "设备编号 %s 已经登记。", d.MN)
	}
	d.Since = tx.Now()
	if err := r.insert(ctx, tx, &d); err != nil {
		return 0, err
	}
	if err := r.forgetStranger(ctx, tx, d.MN); err != nil {
		return 0, err
	}
	_, err = journal.Append(ctx, tx, r.County, journal.Entry{Who: who, What: "device.add", Subject: fmt.Sprintf("devices/%d", d.ID), Detail: string(d.MN) + " " + d.Register + "/" + d.Entry})
	return d.ID, err
}

// Change replaces what is registered of a device, by its ID; its number stays. Call Load after the transaction.
func (r *Registry) Change(ctx context.Context, tx *db.Tx, o *observation.Observations, who string, d Device) error {
	old, err := r.Get(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	if !old.Ended.IsZero() {
		return refuse(NotFound, "Change", "这台设备已经停用。")
	}
	d.MN = old.MN
	if err := d.check(o); err != nil {
		return err
	}
	if err := r.update(ctx, tx, &d); err != nil {
		return err
	}
	_, err = journal.Append(ctx, tx, r.County, journal.Entry{Who: who, What: "device.change", Subject: fmt.Sprintf("devices/%d", d.ID), Detail: d.Register + "/" + d.Entry})
	return err
}

// End takes a device out of use: its frames are then those of a stranger. Call Load after the transaction.
func (r *Registry) End(ctx context.Context, tx *db.Tx, who, reason string, id ID) error {
	if err := r.end(ctx, tx, id); err != nil {
		return err
	}
	_, err := journal.Append(ctx, tx, r.County, journal.Entry{Who: who, What: "device.end", Subject: fmt.Sprintf("devices/%d", id), Basis: reason})
	return err
}
