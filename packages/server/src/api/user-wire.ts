/** Users as the API shows them. */

import Type from 'typebox';

import type { User } from '../catalog/catalog.ts';
import type { Role } from '../catalog/grants.ts';
import { instantSchema, roleSchema, wireInstant, wireInstantAs } from './schemas.ts';

export const userSchema: Type.TObject<{
  id: Type.TString;
  email: Type.TString;
  name: Type.TString;
  role: typeof roleSchema;
  disabled: Type.TBoolean;
  createdAt: Type.TString;
  signedInAt: Type.TOptional<Type.TString>;
  hasPassword: Type.TBoolean;
}> = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.String(),
  role: roleSchema,
  disabled: Type.Boolean(),
  createdAt: instantSchema,
  signedInAt: Type.Optional(instantSchema),
  hasPassword: Type.Boolean({ description: 'False until the first sign-in link was used.' }),
});

export type WireUser = {
  id: string;
  email: string;
  name: string;
  role: Role;
  disabled: boolean;
  createdAt: string;
  signedInAt?: string;
  hasPassword: boolean;
};

export function wireUser({ createdAt, signedInAt, ...user }: User): WireUser {
  return { ...user, createdAt: wireInstant(createdAt), ...wireInstantAs('signedInAt', signedInAt) };
}
