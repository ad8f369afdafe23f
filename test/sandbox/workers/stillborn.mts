throw new Error('these models did not load: blazeface');
