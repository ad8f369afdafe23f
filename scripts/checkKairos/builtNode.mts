import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../paths.mts';

type Credentials = typeof import('../../credentials/KairosApi.credentials.ts');
type Errors = typeof import('../../nodes/BiometricVerify/kairos/failures/KairosError.ts');
type Http = typeof import('../../nodes/BiometricVerify/kairos/send.ts');
type HttpErrors = typeof import('../../nodes/BiometricVerify/kairos/failures/statuses.ts');
type Judge = typeof import('../../nodes/BiometricVerify/verdict/judge.ts');
type Multipart = typeof import('../../nodes/BiometricVerify/kairos/multipart.ts');
type Finding = typeof import('../../nodes/BiometricVerify/verdict/finding.ts');
type NetworkErrors = typeof import('../../nodes/BiometricVerify/kairos/failures/network.ts');
type Options = typeof import('../../nodes/BiometricVerify/panel/options.ts');
type Request = typeof import('../../nodes/BiometricVerify/kairos/request.ts');
type Response = typeof import('../../nodes/BiometricVerify/kairos/response.ts');
type Service = typeof import('../../nodes/BiometricVerify/kairos/endpoint.ts');
type Workflows = typeof import('n8n-workflow');

// n8n-workflow's build for `import` does not load in Node by itself.
const require = createRequire(import.meta.url);
const built = (file: string): unknown => require(join(ROOT, 'dist', file));
const node = (file: string): unknown => built(`nodes/BiometricVerify/${file}`);

/** What the check uses of the node, as it was built. */
export const { KairosApi } = built('credentials/KairosApi.credentials.js') as Credentials;
export const { KairosError } = node('kairos/errors.js') as Errors;
export const { sendRequest } = node('kairos/http.js') as Http;
export const { httpError } = node('kairos/httpErrors.js') as HttpErrors;
export const { MultipartBody } = node('kairos/multipart.js') as Multipart;
export const { networkError } = node('kairos/networkErrors.js') as NetworkErrors;
export const { SELFIE_PART, verificationRequest } = node('kairos/request.js') as Request;
export const { readResponse } = node('kairos/response.js') as Response;
export const { readService } = node('kairos/service.js') as Service;
export const { readItemSettings } = node('options.js') as Options;
export const { SEVERITIES } = node('verdict/finding.js') as Finding;
export const { judge } = node('verdict/judge.js') as Judge;
export const { Workflow } = require('n8n-workflow') as Workflows;

export type { KairosError as KairosFailure } from '../../nodes/BiometricVerify/kairos/failures/KairosError.ts';
export type { Image, VerificationRequest } from '../../nodes/BiometricVerify/kairos/request.ts';
export type { ReceivedResponse } from '../../nodes/BiometricVerify/kairos/response.ts';
export type { Verdict } from '../../nodes/BiometricVerify/verdict/judge.ts';
export type { Rules } from '../../nodes/BiometricVerify/verdict/rules.ts';
