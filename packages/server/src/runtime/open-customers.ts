/** Customers as lists, beside a running engine. */

import { customerRoutes } from '../api/customer-routes.ts';
import { CustomerLists } from '../finding/customer-lists.ts';
import type { Mounted } from '../http/parts.ts';
import type { Customers } from './customers.ts';

export function customersPlugin(customers: Customers): Mounted {
  const { engine, sets, finder } = customers;
  const lists = new CustomerLists({
    engine,
    sets,
    finder,
    now: () => customers.now(),
  });
  return { plugin: customerRoutes({ lists, definitions: () => engine.definitions }), prefix: '/api' };
}
