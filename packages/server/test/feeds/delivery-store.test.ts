import type { DeliveryStore } from '../../src/feeds/delivery-store.ts';
import { openLmdbDeliveryStore } from '../../src/feeds/lmdb-delivery-store.ts';
import { MemoryDeliveryStore } from '../../src/feeds/memory-delivery-store.ts';
import { deliveryStoreConformance } from './delivery-store-conformance.ts';
import { temporaryFolders } from './folders.ts';

const newFolder = temporaryFolders();
const folderOf = new Map<DeliveryStore, string>();

async function openIn(folder: string): Promise<DeliveryStore> {
  const store = await openLmdbDeliveryStore(folder, { mapBytes: 2 ** 24 });
  folderOf.set(store, folder);
  return store;
}

deliveryStoreConformance(
  'in memory',
  () => Promise.resolve(new MemoryDeliveryStore()),
  (store) => Promise.resolve(store),
);
deliveryStoreConformance(
  'LMDB',
  async () => openIn(await newFolder()),
  async (store) => {
    await store.close();
    return openIn(folderOf.get(store)!);
  },
);
