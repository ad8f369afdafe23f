import { loadHuman } from './humanEngine.mts';

/** What piscina calls in each of its threads, once the models are loaded there. */
export default loadHuman();
