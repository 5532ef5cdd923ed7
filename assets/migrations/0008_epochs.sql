-- An epoch begins each time a server takes the store (server/core/epoch.h), so there are more of them to look through.
CREATE UNIQUE INDEX past_epoch_name ON past_epoch (tenant, epoch);
